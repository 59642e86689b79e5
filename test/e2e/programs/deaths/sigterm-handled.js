'use strict';

// Ends well on SIGTERM, by a handler of its own. With `removed` as its argument, the handler is gone again before
// it says that it is ready.

function end() {
  console.log('handled');
  process.exit(0);
}
process.on('SIGTERM', end);
if (process.argv[2] === 'removed') process.removeListener('SIGTERM', end);

setInterval(() => {}, 60_000);
console.log('ready');
