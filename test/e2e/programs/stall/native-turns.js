'use strict';

// Turns that are busy with native code, called without a function of the program's; then it crashes.

const { pbkdf2Sync } = require('node:crypto');
const { iterationsFor } = require('../blocking.js');

const ROUNDS = 4;
const iterations = iterationsFor(150);

for (let round = 1; round <= ROUNDS; round++) {
  setTimeout(pbkdf2Sync.bind(null, 'p', 's', iterations, 64, 'sha512'), round * 1200);
}
setTimeout(
  () => {
    throw new Error('after all rounds');
  },
  ROUNDS * 1200 + 600,
);
