'use strict';

const { Session } = require('./session.js');

// V8's own console functions, before the program can replace them.
const { profile: beginProfile, profileEnd: endProfile } = console;

/**
 * A CPU profile that is always there. Two windows overlap inside V8's one profiler, so that at any moment the older
 * one reaches back at least half a window, and none of them stops the sampling.
 */
class CpuProfiler {
  #session;
  #intervalMs;
  #count = 0;
  /** @type {{title: string, began: number}[]} oldest first */
  #windows = [];
  /** @type {any} */
  #finished = null;

  /** @param {number} intervalMs */
  constructor(intervalMs) {
    this.#intervalMs = intervalMs;
    this.#session = new Session();
    this.#session.on('Profiler.consoleProfileFinished', ({ profile, title }) => {
      if (title === this.#windows[0]?.title) this.#finished = profile;
    });
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.setSamplingInterval', { interval: Math.round(intervalMs * 1000) });
    this.#begin();
  }

  #begin() {
    const title = `loopdet-${process.pid}-${++this.#count}`;
    beginProfile(title);
    this.#windows.push({ title, began: performance.now() });
  }

  /** Every half window: a new one begins, and the one that has reached its length is thrown away. */
  rotate() {
    this.#begin();
    while (this.#windows.length > 2) this.#end();
  }

  /**
   * The profile of the last seconds: ends the oldest window. Recording goes on.
   * @returns {any} Profiler.Profile with positions that count from 0, times in microseconds
   */
  take() {
    this.#begin();
    const { markIdle } = require('./idle-samples.js');
    return markIdle(this.#end(), this.#intervalMs);
  }

  /** Ends the recording for good. */
  stop() {
    this.#session.disconnect();
  }

  #end() {
    this.#finished = null;
    endProfile(this.#windows[0].title);
    this.#windows.shift();
    return this.#finished;
  }
}

module.exports = { CpuProfiler };
