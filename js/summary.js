'use strict';

// For somebody who listens (LOOPDET_EVENTS): a summary at the end of each period.
const { getHeapSpaceStatistics } = require('node:v8');
const { memoryNow } = require('./memory-gauge.js');
const { loadLate } = require('./own-modules.js');

/** The number under which turns are counted; metrics have others. */
const PERIOD = 0;

/**
 * @typedef {object} SummaryOptions by their keys in js/config.js
 * @property {number} lagThresholdMs
 * @property {number} summaryS
 * @property {boolean} summaryRepeat
 * @property {string[]} summaryHeap
 *
 * @typedef {object} HeapTools
 * @property {() => {classes: object[]} | {error: string}} countClasses
 * @property {() => string | null} writeSnapshot
 */

/**
 * Watches a thread of a program from some moment on: to its end, or period by period. Unlike the rolling profile, its profile
 * is of all that time.
 */
class Summary {
  #binding;
  #options;
  #report;
  #heap;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** What it was as the period began: null before the first and after the last. */
  #before = /** @type {any} */ (null);

  /**
   * @param {any} binding
   * @param {SummaryOptions} options
   * @param {InstanceType<typeof import('./events.js').Reporter>} report
   * @param {HeapTools} heap
   */
  constructor(binding, options, report, heap) {
    this.#binding = binding;
    this.#options = options;
    this.#report = report;
    this.#heap = heap;
    this.#begin(performance.now());
    const { summaryS, summaryRepeat } = options;
    if (summaryS > 0) {
      const start = summaryRepeat ? setInterval : setTimeout;
      const onTime = () => (summaryRepeat ? this.#renew() : this.send());
      this.#timer = start(onTime, summaryS * 1000).unref();
    }
  }

  /** @param {number} at now */
  #begin(at) {
    this.#binding.startPeriod(PERIOD);
    this.#binding.startWholeProfile();
    const { gc, threadPool } = this.#counters();
    this.#before = { at, memory: memoryNow(), gc, threadPool };
  }

  #renew() {
    // One ends where the next begins.
    const now = performance.now();
    this.send(null, now);
    // Who is told of an event may stop it.
    if (this.#timer) this.#begin(now);
  }

  /** Nobody listens any more: sends what has not been sent. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.send();
  }

  #counters() {
    const section = (/** @type {string} */ name) => JSON.parse(this.#binding.section(name));
    return { gc: section('gc'), threadPool: section('io')?.threadPool ?? null };
  }

  /** Once a period. @param {number | null} [exitCode] null: the program goes on @param {number} [now] */
  send(exitCode = null, now = performance.now()) {
    const before = this.#before;
    if (!before) return;
    this.#before = null;
    const { gc, threadPool } = this.#counters();
    if (threadPool) threadPool.saturatedMs -= before.threadPool?.saturatedMs ?? 0;
    this.#report.event('summary', {
      ppid: process.ppid,
      exitCode,
      durationMs: now - before.at,
      thresholdMs: this.#options.lagThresholdMs,
      histogram: JSON.parse(this.#binding.readPeriod(PERIOD)),
      gc: since(before.gc, gc),
      threadPool,
      memory: { before: before.memory, after: memoryNow() },
      heap: this.#readHeap(),
      profile: this.#profile(),
    });
  }

  #readHeap() {
    const { summaryHeap } = this.#options;
    const spaces = getHeapSpaceStatistics().map((space) => ({
      name: space.space_name,
      size: space.space_size,
      used: space.space_used_size,
    }));
    /** @type {{spaces: object[], classes: object[] | {error: string} | null, file: string | null}} */
    const heap = { spaces, classes: null, file: null };
    if (summaryHeap.includes('stats')) {
      const counted = this.#heap.countClasses();
      heap.classes = 'classes' in counted ? counted.classes : counted;
    }
    if (summaryHeap.includes('snapshot')) heap.file = this.#heap.writeSnapshot();
    return heap;
  }

  #profile() {
    try {
      const text = this.#binding.takeWholeProfile();
      if (!text) return null;
      const file = this.#binding.writeFile('CPU', this.#binding.newStem(0), 'cpuprofile', text);
      const { summarise } = loadLate('crash/profile-summary.js');
      return { file, ...summarise(JSON.parse(text)) };
    } catch (error) {
      return { error: String(/** @type {Error} */ (error).message) };
    }
  }
}

/**
 * What collections have cost meanwhile.
 * @param {any} before
 * @param {any} now
 */
function since(before, now) {
  const less = (/** @type {any} */ one, /** @type {any} */ other) => ({
    count: one.count - (other?.count ?? 0),
    // Milliseconds to three places, as they come.
    totalMs: Math.round((one.totalMs - (other?.totalMs ?? 0)) * 1000) / 1000,
  });
  const kinds = Object.entries(now.byKind)
    .map(([kind, one]) => /** @type {const} */ ([kind, less(one, before.byKind[kind])]))
    .filter(([, { count }]) => count > 0);
  return { ...less(now, before), byKind: Object.fromEntries(kinds) };
}

module.exports = { Summary };
