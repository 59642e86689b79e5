'use strict';

// Watches another process, as `loopdet attach` and `loopdet run` do.
const { EventEmitter } = require('node:events');
const path = require('node:path');
const { codedError } = require('./errors.js');

const WAIT_S = 30;

/**
 * @typedef {object} DetectiveOptions exactly one of pid, port and program is needed
 * @property {number} [pid] a process that runs already
 * @property {string} [host] of its inspector, if that is open
 * @property {number} [port]
 * @property {number} [thread] only this one; 0 is the main thread
 * @property {string[]} [program] one that is to be started, with its arguments
 * @property {number} [seconds] how long; until stop() if not said
 * @property {boolean} [repeats] a report of each such time, until stop()
 * @property {number} [lagThresholdMs]
 * @property {number} [ioThresholdMs]
 * @property {'stats' | 'snapshot' | 'stats,snapshot'} [heap] what the report says of the heap
 * @property {number} [waitSeconds] for a loop that stands in a call into the system
 * @property {string} [directory] where files go
 */

class Detective extends EventEmitter {
  #options;
  #stop = new AbortController();
  /** @type {Promise<any> | null} */
  #report = null;

  /** @param {DetectiveOptions} options */
  constructor(options) {
    super();
    const given = ['pid', 'port', 'program'].filter(
      (name) => /** @type {any} */ (options)?.[name] !== undefined,
    );
    if (given.length === 0 || (given.includes('program') && given.length > 1)) {
      throw codedError('ERR_LOOPDET_WHOM', given.join(', ') || 'nothing');
    }
    this.#options = options;
  }

  /**
   * @returns {Promise<number>} the process's number, once it is watched
   * @throws {Error} as a rejection: it cannot be, and nothing was changed
   */
  start() {
    if (this.#report) throw codedError('ERR_LOOPDET_WATCHING');
    return new Promise((resolve, reject) => {
      this.#report = this.#watch(resolve).then((report) => {
        if (!report.end.goesOn) {
          const { code, signal, crash } = report.end;
          this.emit('targetExit', { event: 'targetExit', pid: report.pid, code, signal, crash });
        }
        this.emit('report', report);
        return report;
      });
      this.#report.catch(reject);
    });
  }

  /**
   * Ends it: what runs already goes on as it was, what was started is ended (SIGTERM).
   * @returns {Promise<any>} the report: see schema/report.schema.json
   */
  async stop() {
    if (!this.#report) throw codedError('ERR_LOOPDET_NOT_WATCHING');
    this.#stop.abort();
    return this.#report;
  }

  /** @returns {Promise<any>} the report, when the time is over or the process has ended */
  async done() {
    if (!this.#report) throw codedError('ERR_LOOPDET_NOT_WATCHING');
    return this.#report;
  }

  /** @param {(pid: number) => void} onStart @returns {Promise<any>} */
  #watch(onStart) {
    const { seconds = 0, repeats = false, program } = this.#options;
    const watching = {
      ...{ seconds, repeats, onStart },
      stop: this.#stop.signal,
      onEvent: (/** @type {any} */ event) => {
        this.emit(event.event === 'slow-io' ? 'slowIO' : event.event, event);
      },
      onReport: (/** @type {any} */ report) => this.emit('report', report),
    };
    return program ? this.#run(program, watching) : this.#attach(watching);
  }

  #settings() {
    const { lagThresholdMs, ioThresholdMs, heap } = this.#options;
    const { readConfig } = require('./config.js');
    const directory = path.resolve(this.#options.directory ?? readConfig().config.directory);
    const settings = { lagThresholdMs, ioThresholdMs, summaryHeap: heap, directory };
    return Object.fromEntries(
      Object.entries(settings)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [key, String(value)]),
    );
  }

  /** @param {string[]} words @param {any} watching */
  #run(words, watching) {
    const { environmentOf, runProgram } = require('./run/program.js');
    const environment = environmentOf(this.#settings());
    return runProgram({ words, environment, ownsStdout: true, ...watching });
  }

  /** @param {any} watching */
  #attach(watching) {
    const { attachProgram } = require('./attach/program.js');
    const { pid = null, host, port, thread = null, waitSeconds = WAIT_S } = this.#options;
    const onWarning = (/** @type {string} */ message) =>
      this.emit('warning', { event: 'warning', code: 'not-watched', message });
    const settings = this.#settings();
    return attachProgram({
      ...watching,
      ...{ pid, host, port, thread, waitSeconds, settings, onWarning },
    });
  }
}

module.exports = { Detective };
