'use strict';

// Keeps a million objects from its first moment, then computes for as long again, and prints the longest time between two
// of its steps: what stopped it for once, V8's collections or a CPU profile that begins.

const OBJECTS = 1_000_000;
const EVERY = 5_000;

const kept = [];
let longest = 0;
let last = performance.now();

function step() {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
}

for (let index = 0; index < OBJECTS; index++) {
  kept.push({ index, text: `${index}` });
  if (index % EVERY === 0) step();
}
let sum = 0;
for (let turn = 0; turn < 25; turn++) {
  for (let index = 0; index < OBJECTS; index++) {
    sum += Math.sqrt(kept[index].index) % 7;
    if (index % EVERY === 0) step();
  }
}
process.stdout.write(JSON.stringify({ longestMs: longest, sum }));
