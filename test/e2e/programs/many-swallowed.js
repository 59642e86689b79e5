'use strict';

function swallow(number) {
  try {
    throw new Error(`number ${number}`);
  } finally {
    // biome-ignore lint/correctness/noUnsafeFinally: V8 predicts that nobody handles this throw
    return number;
  }
}

const start = performance.now();
let count = 0;
while (count < 2000) {
  swallow(count);
  count += 1;
}
console.log(JSON.stringify({ elapsedMs: performance.now() - start, count }));
