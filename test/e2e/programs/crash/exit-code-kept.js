'use strict';

process.on('exit', () => {
  process.exitCode = 9;
});

(function leave() {
  const room = 'kitchen';
  throw new Error(`left ${room}`);
})();
