'use strict';

setTimeout(() => {}, 10_000);
setTimeout(() => process.kill(process.pid, 'SIGINT'), 10);
