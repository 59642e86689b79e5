'use strict';

// Every trap tells that it was called: whoever reads the thrown value must not call any.
const target = new Error('inside');
let traps = 0;
const handler = new Proxy({}, { get: () => () => (traps += 1) });
const disguised = new Proxy(target, {});
process.on('exit', () => console.log(`traps ${traps}`));

(function disguise() {
  const watched = new Proxy({ secret: 1 }, handler);
  const kept = typeof watched;
  if (kept) throw disguised;
})();
