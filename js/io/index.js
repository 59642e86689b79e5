'use strict';

const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const { BuiltinModules } = require('./builtin-modules.js');
const { KIND_NAMES } = require('./kinds.js');
const { Sink } = require('./sink.js');
const { Wrapper } = require('./wrap.js');

// Before the program can replace it.
const { parse } = JSON;

/**
 * What a source works with.
 * @typedef {object} Tools
 * @property {InstanceType<typeof Sink>} sink
 * @property {InstanceType<typeof Wrapper>} wrapper
 * @property {InstanceType<typeof BuiltinModules>} modules
 * @property {(channel: string, listener: (message: any) => void) => void} subscribe
 */

/**
 * One row per source: its word in LOOPDET_IO, the modules of Node's without which it has nothing to do, and its file.
 * `pool` is C++'s own.
 * @type {[string, string[], () => {install: (tools: Tools) => void}][]}
 */
const SOURCES = [
  ['http', ['http', 'https'], () => require('./sources/http.js')],
  ['fetch', [], () => require('./sources/fetch.js')],
  ['dns', ['dns', 'dns/promises'], () => require('./sources/dns.js')],
  ['tcp', ['net'], () => require('./sources/tcp.js')],
  ['fs', [], () => require('./sources/fs.js')],
  ['child', ['child_process'], () => require('./sources/child.js')],
  ['server', ['http', 'https'], () => require('./sources/server.js')],
];

/**
 * Times the program's I/O.
 */
class IoRecorder {
  #binding;
  #sink;
  #wrapper;
  #modules;
  /** @type {[string, (message: any) => void][]} */
  #subscriptions = [];

  /**
   * @param {object} parts
   * @param {any} parts.binding
   * @param {Record<string, any>} parts.config
   * @param {InstanceType<typeof import('../events.js').Reporter>} parts.report
   * @param {(body: () => void) => void} parts.whenTurned
   */
  constructor({ binding, config, report, whenTurned }) {
    this.#binding = binding;
    const tell = (/** @type {string} */ event, /** @type {object} */ fields) =>
      report.later(event, fields);
    this.#sink = new Sink(binding, config.ioThresholdMs, tell);
    const wrapper = new Wrapper(binding, this.#sink);
    const modules = new BuiltinModules(wrapper, whenTurned);
    this.#wrapper = wrapper;
    this.#modules = modules;
    /** @type {Tools} */
    const tools = {
      ...{ sink: this.#sink, wrapper, modules },
      subscribe: (channel, listener) => {
        subscribe(channel, listener);
        this.#subscriptions.push([channel, listener]);
      },
    };
    if (!wrapper.usable) {
      const missing = new Error(
        'this Node lacks what an invisible wrapper needs (see loopdet doctor)',
      );
      report.failed('slow I/O but of HTTP', missing);
    }
    for (const [name, needs, load] of SOURCES) {
      if (!config.io.includes(name)) continue;
      let installed = false;
      const install = () => {
        if (installed) return;
        installed = true;
        try {
          load().install(tools);
        } catch (error) {
          report.failed(`${name} in slow I/O`, error);
        }
      };
      // What an ES module imports is loaded unseen: its sources wait for nothing.
      if (needs.length === 0 || modules.programIsModule || !wrapper.usable) install();
      else for (const module of needs) modules.whenLoaded(module, install);
    }
    try {
      modules.watch();
    } catch (error) {
      report.failed('slow I/O of modules that are loaded later', error);
    }
  }

  /** What C++ has found: waits for the thread pool. */
  takeFound() {
    this.#sink.flush();
    const { poolDelayMs, threadPool } = parse(this.#binding.takeIo());
    if (poolDelayMs > 0) {
      const target = `all ${threadPool.size} threads of the pool busy`;
      this.#sink.slow('pool', { target }, poolDelayMs, []);
    }
  }

  /** Every function is Node's own again. */
  stop() {
    for (const [channel, listener] of this.#subscriptions) unsubscribe(channel, listener);
    this.#wrapper.restore();
    this.#modules.stop();
    this.#sink.stop();
  }

  /** For the crash file's `io`. */
  parts() {
    return this.#sink.parts();
  }
}

module.exports = { IoRecorder, KIND_NAMES };
