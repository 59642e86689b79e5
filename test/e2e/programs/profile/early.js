'use strict';

// early.js busy|rest|turn MS: throws after so long, in which it computes or waits, or in the turn after.

const [how, given] = process.argv.slice(2);
const ms = Number(given);

function grind() {
  let sum = 0;
  for (const end = performance.now() + ms; performance.now() < end; ) {
    for (let index = 1; index < 100_000; index++) sum += Math.sqrt(index) % 7;
  }
  return sum;
}

function fail() {
  throw new Error('early');
}

if (how === 'rest') setTimeout(fail, ms);
else if (how === 'turn') {
  setImmediate(() => {
    grind();
    setImmediate(() => setImmediate(fail));
  });
} else {
  grind();
  fail();
}
