'use strict';

function risky() {
  const local = 'unseen';
  throw new Error(local);
}

for (let round = 0; round < 50; round++) {
  try {
    risky();
  } catch (error) {
    if (round === 49) console.log(`caught ${error.message}`);
  }
}
