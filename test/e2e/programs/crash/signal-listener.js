'use strict';

process.on('SIGTERM', () => {
  const open = ['db', 'cache'];
  throw new Error(`still open: ${open}`);
});
setTimeout(() => {}, 10_000);
process.kill(process.pid, 'SIGTERM');
