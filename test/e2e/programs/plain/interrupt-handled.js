'use strict';

process.once('SIGINT', () => {
  console.log('tidy');
  process.exit(130);
});
setTimeout(() => {}, 10_000);
setTimeout(() => process.kill(process.pid, 'SIGINT'), 10);
