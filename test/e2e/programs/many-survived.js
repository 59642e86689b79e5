'use strict';

// many-survived.js KIND: ten thousand exceptions that are survived, in `finally` or in a handler of uncaught ones; then
// says by how many bytes the heap grew over the second half.

const COUNT = 10_000;
let half = 0;

function fail(round) {
  const order = { round, lines: [1, 2, 3] };
  throw new Error(`order ${order.round} is lost`);
}

function swallow(round) {
  try {
    fail(round);
  } finally {
    // biome-ignore lint/correctness/noUnsafeFinally: it is what is tried here
    return round;
  }
}

function measure(round) {
  if (round !== COUNT / 2 && round !== COUNT) return;
  globalThis.gc();
  const { heapUsed } = process.memoryUsage();
  if (round === COUNT) console.log(`grew ${heapUsed - half}`);
  half = heapUsed;
}

const kinds = {
  finally() {
    for (let round = 1; round <= COUNT; round++) measure(swallow(round));
  },
  uncaught() {
    let round = 0;
    const next = () => {
      measure(round);
      if (round++ === COUNT) return;
      setImmediate(next);
      fail(round);
    };
    process.on('uncaughtException', () => {});
    next();
  },
};
kinds[process.argv[2]]();
