'use strict';

// Turns that are busy with native code, called without a function of the program's; then it crashes.

const { pbkdf2Sync } = require('node:crypto');

const ROUNDS = 4;
const started = performance.now();
pbkdf2Sync('p', 's', 100_000, 64, 'sha512');
// So many that each turn lasts 150 ms.
const iterations = Math.ceil((150 / (performance.now() - started)) * 100_000);

for (let round = 1; round <= ROUNDS; round++) {
  setTimeout(pbkdf2Sync.bind(null, 'p', 's', iterations, 64, 'sha512'), round * 1200);
}
setTimeout(
  () => {
    throw new Error('after all rounds');
  },
  ROUNDS * 1200 + 600,
);
