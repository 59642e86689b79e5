'use strict';

// collects.js, with --expose-gc: one long collection, then how long it took.

const kept = [];
for (let number = 0; number < 1e6; number++) kept.push({ number, text: `${number}` });
setTimeout(() => {
  const began = performance.now();
  globalThis.gc();
  console.log(JSON.stringify({ kept: kept.length, tookMs: performance.now() - began }));
}, 50);
