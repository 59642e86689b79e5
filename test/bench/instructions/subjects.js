'use strict';

const { Load } = require('../lib/load');
const { cleanEnvironment, nextMessage } = require('../lib/processes');
const { program } = require('../lib/subjects');

/** @typedef {import('../lib/types').Context} Context */
/** @typedef {import('../lib/processes').Started} Started */

/**
 * A program that does something a given number of times and ends.
 * @typedef {object} Subject
 * @property {string} name of the workload
 * @property {[number, number]} counts how often in two runs: what the first one did too is not counted
 * @property {(start: (argv: string[], env?: Record<string, string>) => Started, count: number, context: Context) => Promise<Started>} run
 *   starts it, and has it do so much
 */

/** @param {string} name @returns {Subject['run']} */
const alone = (name) => async (start, count) =>
  start([program(`${name}.js`)], { BENCH_COUNT: String(count) });

/** @param {string} name @returns {Subject['run']} a client of a server that is not counted */
const client =
  (name) =>
  async (start, count, { processes }) => {
    const argv = [program('answers.js')];
    const server = processes.start(process.execPath, argv, cleanEnvironment(), { ipc: true });
    const { port } = await nextMessage(server);
    const started = start([program(`${name}.js`), String(port)], { BENCH_COUNT: String(count) });
    started.ended.finally(() => processes.finish(server)).catch(() => {});
    return started;
  };

/** @param {string} name @returns {Subject['run']} a server, and who asks it is not counted */
const server =
  (name) =>
  async (start, count, { processes }) => {
    const started = start([program(`${name}-server.js`)]);
    const { port } = await nextMessage(started);
    // Of its own: two servers are counted at once.
    const load = new Load(processes);
    await load.count(port, count);
    await load.close();
    started.child.kill('SIGTERM');
    return started;
  };

/**
 * TABLE. V8 goes on optimising for some 15,000 operations.
 * @type {Subject[]}
 */
const SUBJECTS = [
  { name: 'fastify', counts: [15000, 30000], run: server('fastify') },
  { name: 'express', counts: [5000, 10000], run: server('express') },
  { name: 'awaits', counts: [15000, 30000], run: server('awaits') },
  { name: 'async-fib', counts: [1500, 3000], run: alone('async-fib') },
  { name: 'io-http', counts: [15000, 30000], run: client('io-http') },
  { name: 'io-readfile', counts: [15000, 30000], run: alone('io-readfile') },
  { name: 'io-dns', counts: [15000, 30000], run: alone('io-dns') },
];

module.exports = { SUBJECTS };
