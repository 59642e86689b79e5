'use strict';

process.on('SIGTERM', () => {
  throw new Error('told to end');
});
setInterval(() => {}, 1000);
console.log('ready');
