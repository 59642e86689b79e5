'use strict';

function swallow() {
  try {
    throw new Error('swallowed');
  } finally {
    // biome-ignore lint/correctness/noUnsafeFinally: V8 predicts that nobody handles this throw
    return 'returned';
  }
}

for (let round = 0; round < 40; round++) swallow();
console.log(swallow());
