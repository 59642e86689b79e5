'use strict';

// Run with --expose-gc: full collections of a large heap, one after the other.
const kept = [];
for (let index = 0; index < 1_000_000; index++) kept.push({ index, text: `entry ${index}` });

function collectAgain() {
  const end = performance.now() + 900;
  while (performance.now() < end) global.gc();
}

setTimeout(() => {
  collectAgain();
  setTimeout(() => console.log(`over ${kept.length}`), 50);
}, 100);
