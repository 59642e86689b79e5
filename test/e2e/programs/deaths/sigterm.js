'use strict';

// Waits to be ended by a signal. Says when it is ready.

setInterval(() => {}, 60_000);
console.log('ready');
