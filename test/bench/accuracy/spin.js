'use strict';

const { performance } = require('node:perf_hooks');

// Milliseconds of CLOCK_MONOTONIC: the same clock in every process of the machine.
const [seconds, nanoseconds] = process.hrtime();
const origin = seconds * 1e3 + nanoseconds / 1e6 - performance.now();
const monotonicNow = () => origin + performance.now();

/**
 * Keeps the thread busy.
 * @param {number} ms
 */
function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/**
 * How much of a work takes how long. The first runs, before V8 has compiled it, do not count.
 * @param {(amount: number) => void} work
 * @param {number} amount
 * @returns {number} milliseconds, the least of three runs
 */
function timeOf(work, amount) {
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now();
    work(amount);
    return performance.now() - began;
  });
  return Math.min(...times.slice(2));
}

module.exports = { monotonicNow, spin, timeOf };
