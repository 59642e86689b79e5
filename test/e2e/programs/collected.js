'use strict';

// An object was a local of an error that the program handled: it can be collected afterwards.

let reference;

process.on('uncaughtException', () => {
  setTimeout(() => {
    global.gc();
    setTimeout(() => {
      global.gc();
      console.log(reference.deref() === undefined ? 'collected' : 'kept alive');
    }, 20);
  }, 20);
});

setTimeout(() => {
  const large = { rows: new Array(1000).fill('row') };
  reference = new WeakRef(large);
  throw new Error(`with ${large.rows.length} rows`);
}, 10);
