'use strict';

// Waits for a timer that is far away.

setTimeout(() => {}, 60_000);
console.log('ready');
