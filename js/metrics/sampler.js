'use strict';

// What this thread has to say to whoever collects metrics.
const { performance } = require('node:perf_hooks');
const { getHeapSpaceStatistics } = require('node:v8');
const { load } = require('../own-modules.js');

const { endMeasuring, measure, off, on } = /** @type {typeof import('../recording.js')} */ (
  load('recording.js')
);

/**
 * Seconds, bytes and numbers; null where nothing is recorded.
 * @typedef {object} Sample
 * @property {{min: number, max: number, mean: number, stddev: number, p50: number, p90: number, p99: number} | null} delay turns of the loop since the last sample
 * @property {{active: number, idle: number, utilization: number}} loop active, idle: since the loop began
 * @property {{name: string, used: number, size: number, available: number}[]} heapSpaces
 * @property {Map<string, {count: number, seconds: number}>} lags by cause, since the first sample
 * @property {Map<string, {count: number, seconds: number}>} slowIo by kind
 * @property {{queueDelay: number, saturated: number} | null} threadPool
 * @property {number | null} inFlight
 * @property {number | null} overhead
 */

/** Sums of events by a word of theirs. */
class Sums {
  /** @type {Map<string, {count: number, seconds: number}>} */
  byWord = new Map();

  /** @param {string} word @param {number} milliseconds */
  add(word, milliseconds) {
    const sum = this.byWord.get(word) ?? { count: 0, seconds: 0 };
    sum.count += 1;
    sum.seconds += milliseconds / 1000;
    this.byWord.set(word, sum);
  }
}

let samplers = 0;

class Sampler {
  #period = ++samplers;
  #lags = new Sums();
  #slow = new Sums();
  #before = performance.eventLoopUtilization();
  #onLag = (/** @type {any} */ { cause, durationMs }) => this.#lags.add(cause, durationMs);
  #onSlow = (/** @type {any} */ { kind, durationMs }) => this.#slow.add(kind, durationMs);

  constructor() {
    on('lag', this.#onLag);
    on('slow-io', this.#onSlow);
    measure(this.#period);
  }

  /** @returns {Sample} */
  take() {
    const measured = measure(this.#period);
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    this.#before = now;
    const { delay = null, threadPool = null } = measured ?? {};
    return {
      delay: delay && {
        ...{ min: delay.minMs / 1000, max: delay.maxMs / 1000, mean: delay.meanMs / 1000 },
        ...{ stddev: delay.stddevMs / 1000 },
        ...{ p50: delay.p50Ms / 1000, p90: delay.p90Ms / 1000, p99: delay.p99Ms / 1000 },
      },
      loop: { active: now.active / 1000, idle: now.idle / 1000, utilization },
      heapSpaces: getHeapSpaceStatistics().map((space) => ({
        name: space.space_name,
        used: space.space_used_size,
        size: space.space_size,
        available: space.space_available_size,
      })),
      lags: this.#lags.byWord,
      slowIo: this.#slow.byWord,
      threadPool: threadPool && {
        queueDelay: threadPool.queueDelayMs / 1000,
        saturated: threadPool.saturatedMs / 1000,
      },
      inFlight: measured?.inFlight ?? null,
      overhead: measured ? measured.overhead.totalMs / 1000 : null,
    };
  }

  stop() {
    off('lag', this.#onLag);
    off('slow-io', this.#onSlow);
    endMeasuring(this.#period);
  }
}

module.exports = { Sampler };
