'use strict';

// For somebody who listens (LOOPDET_EVENTS): memory once a second, and a summary at the end.
const { getHeapStatistics } = require('node:v8');
const { loadLate } = require('./own-modules.js');

const EVERY_MS = 1000;

/** @returns {{rss: number, heapUsed: number, limit: number}} bytes */
function memoryNow() {
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed, limit: getHeapStatistics().heap_size_limit };
}

/**
 * Watches the main thread of a program from its start to its end. Unlike the rolling profile, its profile is of all that
 * time.
 */
class Summary {
  /** @type {NodeJS.Timeout[]} */
  #timers = [];
  #binding;
  #lagThresholdMs;
  #report;
  #began = performance.now();
  #before = memoryNow();
  #isSent = false;

  /**
   * @param {any} binding
   * @param {number} lagThresholdMs
   * @param {InstanceType<typeof import('./events.js').Reporter>} report
   * @param {number} seconds after which it is sent; 0: at the end
   */
  constructor(binding, lagThresholdMs, report, seconds) {
    this.#binding = binding;
    this.#lagThresholdMs = lagThresholdMs;
    this.#report = report;
    const tellOfMemory = () => report.event('memory', memoryNow());
    tellOfMemory();
    this.#timers.push(setInterval(tellOfMemory, EVERY_MS).unref());
    if (seconds > 0) this.#timers.push(setTimeout(() => this.send(), seconds * 1000).unref());
    binding.startWholeProfile();
  }

  /** Nobody listens any more: sends it if it has not been sent. */
  stop() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.send();
  }

  /** Once. */
  send() {
    if (this.#isSent) return;
    this.#isSent = true;
    const section = (/** @type {string} */ name) => JSON.parse(this.#binding.section(name));
    this.#report.event('summary', {
      ppid: process.ppid,
      durationMs: performance.now() - this.#began,
      thresholdMs: this.#lagThresholdMs,
      histogram: section('histogram'),
      gc: section('gc'),
      threadPool: section('io')?.threadPool ?? null,
      memory: { before: this.#before, after: memoryNow() },
      profile: this.#profile(),
    });
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

module.exports = { Summary };
