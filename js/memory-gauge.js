'use strict';

// Tells of memory once a second, while somebody wants to know.
const { getHeapStatistics } = require('node:v8');

const EVERY_MS = 1000;

/** @returns {{rss: number, heapUsed: number, limit: number}} bytes */
function memoryNow() {
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed, limit: getHeapStatistics().heap_size_limit };
}

class MemoryGauge {
  #tell;
  #isWanted;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {(memory: ReturnType<typeof memoryNow>) => void} tell
   * @param {() => boolean} isWanted asked each second: an idle loop is not woken for nobody
   */
  constructor(tell, isWanted) {
    this.#tell = tell;
    this.#isWanted = isWanted;
  }

  /** At once, and from now on. Once more does nothing. */
  start() {
    if (this.#timer || !this.#isWanted()) return;
    this.#timer = setInterval(() => {
      if (this.#isWanted()) this.#tell(memoryNow());
      else this.stop();
    }, EVERY_MS).unref();
    // Last: who is told may stop it.
    this.#tell(memoryNow());
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

module.exports = { MemoryGauge, memoryNow };
