'use strict';

const DEPTH = 50;
const WARM_UP_MS = 100;
const SLICE_MS = 40;
const BATCH = 200;

// One error for all: what is measured is the throw, not the making of a stack text.
const ERROR = new Error('caught');

/** @returns {number} never */
function thrower() {
  throw ERROR;
}

/** Thrown and caught one frame higher. */
function batchOfThrows() {
  for (let index = 0; index < BATCH; index++) {
    try {
      thrower();
    } catch {}
  }
  return 0;
}

/**
 * @param {number} depth
 * @param {() => number} body
 * @returns {number}
 */
function below(depth, body) {
  return depth === 0 ? body() : below(depth - 1, body) + 1;
}

function throwDeep() {
  try {
    below(DEPTH, thrower);
  } catch {}
}

/** Thrown through all the frames. */
function batchOfDeepThrows() {
  for (let index = 0; index < BATCH; index++) throwDeep();
}

/**
 * @param {() => unknown} batch
 * @param {number} forMs
 * @returns {number} nanoseconds per throw
 */
function measure(batch, forMs) {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < forMs) {
    batch();
    count += BATCH;
  }
  return ((performance.now() - start) / count) * 1e6;
}

/** @param {number} forMs */
function run(forMs) {
  return {
    shallowNs: measure(batchOfThrows, forMs),
    deepNs: measure(() => below(DEPTH, batchOfThrows), forMs),
    throughNs: measure(batchOfDeepThrows, forMs),
  };
}

process.on('message', () => process.send?.(run(SLICE_MS)));
process.on('disconnect', () => process.exit());
run(WARM_UP_MS);
process.send?.('warm');
