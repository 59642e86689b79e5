'use strict';

const path = require('node:path');

// As long as in subjects.js.
const WARM_UP_MS = 4000;
const SLICE_MS = 200;
/** Not measured: what stood still has to touch its memory anew, which on a virtual machine may take a tenth of a second. */
const LEAD_IN_MS = 200;

// What the addon says of itself, where it is loaded.
const addon = process.execArgv.find((word) => path.basename(word) === 'loopdet-addon');
const stats = addon && require(path.join(addon, 'js', 'api.js')).stats;
const ownMs = () => stats?.()?.overhead.totalMs;

/**
 * @param {() => Promise<void>} operation
 * @param {number} width this many are under way at once
 * @param {() => boolean} mayBegin asked before each
 */
async function runWhile(operation, width, mayBegin) {
  let count = 0;
  const keepOneUnderWay = async () => {
    while (mayBegin()) {
      await operation();
      count++;
    }
  };
  await Promise.all(Array.from({ length: width }, keepOneUnderWay));
  return count;
}

/**
 * @param {() => Promise<void>} operation
 * @param {number} width
 * @param {number} forMs
 */
async function run(operation, width, forMs) {
  const ownBefore = ownMs();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const count = await runWhile(operation, width, () => performance.now() - start < forMs);
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore); // of all threads
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  return {
    operationsPerSecond: count / seconds,
    operationsPerCpuSecond: count / cpuSeconds,
    cores: cpuSeconds / seconds,
    ...(stats ? { ownShare: ((ownMs() - ownBefore) / cpuSeconds) * 0.1 } : {}),
  };
}

/**
 * Says so when it is warm, and then measures a slice each time it is asked. With BENCH_COUNT it does so many operations, as
 * instructions.js wants them, and no more.
 * @param {() => Promise<void>} operation rejects when it did not do what it should
 * @param {number} width
 */
async function measureWhenAsked(operation, width) {
  process.on('disconnect', () => process.exit());
  let left = Number(process.env.BENCH_COUNT ?? 0);
  if (left > 0) {
    await runWhile(operation, width, () => left-- > 0);
    return process.exit();
  }
  await run(operation, width, WARM_UP_MS);
  process.on('message', async () => {
    await run(operation, width, LEAD_IN_MS);
    process.send?.(await run(operation, width, SLICE_MS));
  });
  process.send?.('warm');
}

module.exports = { measureWhenAsked };
