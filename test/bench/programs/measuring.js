'use strict';

/** V8 goes on optimising for so long, and what began a little later looks slower until then. */
const WARM_UP_MS = 2000;

/** With it a program does so many operations, as instructions.js wants them, and no more. */
const COUNT = Number(process.env.BENCH_COUNT ?? 0);

/**
 * How often something can be done on the CPU.
 * @param {() => unknown} operation its promise is waited for
 * @param {number} forMs
 * @returns {Promise<number>} times a second
 */
async function rate(operation, forMs) {
  const start = performance.now();
  let count = 0;
  while (COUNT > 0 ? count < COUNT : performance.now() - start < forMs) {
    await operation();
    count++;
  }
  return (count / (performance.now() - start)) * 1000;
}

/**
 * Says so when it is warm, and then measures a slice each time it is asked.
 * @param {(forMs: number) => Promise<Record<string, number>>} measure figures
 * @param {number} warmUpMs
 * @param {number} sliceMs
 * @param {number} [leadInMs] not measured: what stood still is not at full speed at once
 */
async function measureWhenAsked(measure, warmUpMs, sliceMs, leadInMs = 40) {
  process.on('disconnect', () => process.exit());
  await measure(warmUpMs);
  if (COUNT > 0) return process.exit();
  process.on('message', async () => {
    await measure(leadInMs);
    process.send?.(await measure(sliceMs));
  });
  process.send?.('warm');
}

module.exports = { WARM_UP_MS, measureWhenAsked, rate };
