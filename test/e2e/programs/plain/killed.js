'use strict';

setTimeout(() => {}, 10_000);
setTimeout(() => process.kill(process.pid, 'SIGTERM'), 10);
