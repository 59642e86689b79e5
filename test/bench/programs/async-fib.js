'use strict';

const { WARM_UP_MS, measureWhenAsked, rate } = require('./measuring');

const INPUT = 16;
const SLICE_MS = 80;

/**
 * @param {number} n
 * @returns {Promise<number>}
 */
async function fib(n) {
  if (n < 2) return n;
  return (await fib(n - 1)) + (await fib(n - 2));
}

const measure = async (/** @type {number} */ forMs) => ({
  callsPerSecond: await rate(() => fib(INPUT), forMs),
});
measureWhenAsked(measure, WARM_UP_MS, SLICE_MS);
