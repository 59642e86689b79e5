'use strict';

const path = require('node:path');
const { LOAD_CPU, ask, cleanEnvironment, nextMessage } = require('./processes');

/** @typedef {InstanceType<typeof import('./processes')['Processes']>} Processes */
/** @typedef {import('./processes').Started} Started */

const PROGRAM = path.join(__dirname, '..', 'programs', 'load.js');

/**
 * @typedef {object} LoadResult
 * @property {number} responses with status 2xx
 * @property {number} seconds
 */

/** HTTP load from one lasting process, so that no slice pays for a generator that starts. */
class Load {
  /** @param {Processes} processes */
  constructor(processes) {
    this.processes = processes;
    /** @type {Started | null} */
    this.started = null;
  }

  /**
   * @param {number} port of a server on 127.0.0.1
   * @param {number} seconds
   * @returns {Promise<LoadResult>}
   */
  send(port, seconds) {
    return this.order({ port, seconds });
  }

  /**
   * @param {number} port
   * @param {number} count of requests
   * @returns {Promise<LoadResult>}
   */
  count(port, count) {
    return this.order({ port, count });
  }

  /** @param {object} order of programs/load.js @returns {Promise<LoadResult>} */
  async order(order) {
    this.started ??= await this.start();
    const result = await ask(this.started, order);
    if (result.failures > 0) throw new Error(`${result.failures} answers were wrong`);
    return result;
  }

  /** @returns {Promise<Started>} */
  async start() {
    const options = { cpu: LOAD_CPU, ipc: true, limitMs: 7_200_000 };
    // The generator runs on the Node that runs the benchmark, whatever Node is under test.
    const { execPath } = process;
    const started = this.processes.start(execPath, [PROGRAM], cleanEnvironment(), options);
    await nextMessage(started);
    return started;
  }

  async close() {
    if (this.started) await this.processes.finish(this.started);
    this.started = null;
  }
}

module.exports = { Load };
