'use strict';

const INPUT = 16;
const WARM_UP_MS = 500;
const SLICE_MS = 150;

/**
 * @param {number} n
 * @returns {Promise<number>}
 */
async function fib(n) {
  if (n < 2) return n;
  return (await fib(n - 1)) + (await fib(n - 2));
}

/** @param {number} forMs */
async function run(forMs) {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < forMs) {
    await fib(INPUT);
    count++;
  }
  return { callsPerSecond: (count / (performance.now() - start)) * 1000 };
}

process.on('message', () => run(SLICE_MS).then((figures) => process.send?.(figures)));
process.on('disconnect', () => process.exit());
run(WARM_UP_MS).then(() => process.send?.('warm'));
