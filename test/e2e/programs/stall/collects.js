'use strict';

// collects.js, with --expose-gc: one long collection, then how long it took. After the profile has begun, which takes some
// 2 ms for each MB of the heap.

const kept = [];
for (let number = 0; number < 1e6; number++) kept.push({ number, text: `${number}` });
setTimeout(() => {
  const began = performance.now();
  globalThis.gc();
  console.log(JSON.stringify({ kept: kept.length, tookMs: performance.now() - began }));
}, 600);
