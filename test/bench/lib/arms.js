'use strict';

const path = require('node:path');
const { trackerFile } = require('./detective');

/** @typedef {import('./types').Arm} Arm */

const PRELOADS = path.join(__dirname, '..', 'preload');

/** What has limits, and the floor, takes part in every round, what is only compared in every third. */
const FEWER = 3;

/** @param {string} name @param {string} title @returns {Arm} */
const bare = (name, title) => ({
  name,
  title,
  kind: 'bare',
  every: 1,
  execArgv: () => [],
  env: {},
});

/**
 * @param {string} name
 * @param {Record<string, string>} env
 * @param {number} [every]
 * @returns {Arm}
 */
const ours = (name, env, every = FEWER) => ({
  name,
  title: ['loopdet', ...Object.entries(env).map((pair) => pair.join('='))].join(', '),
  kind: 'ours',
  every,
  execArgv: (root) => ['--require', root],
  env,
});

/**
 * @param {string} name
 * @param {string} title
 * @param {string} file in preload/
 * @param {{package?: string, env?: Record<string, string>, every?: number}} [more]
 * @returns {Arm}
 */
const peer = (name, title, file, more = {}) => ({
  name,
  title,
  kind: 'peer',
  every: more.every ?? FEWER,
  execArgv: () => ['--require', path.join(PRELOADS, file)],
  provable: true,
  env: more.env ?? {},
  package: more.package,
});

/**
 * The ways to start Node that are compared. A peer is one more row here and a file in preload/.
 * @type {Arm[]}
 */
// biome-ignore format: a table reads by its rows
const ARMS = [
  bare('bare', 'bare'),
  bare('again', 'bare again (noise)'),
  ours('loopdet', {}, 1),
  ours('profile-off', { LOOPDET_PROFILE: 'off' }),
  ours('io-off', { LOOPDET_IO: 'off' }),
  ours('capture-off', { LOOPDET_CAPTURE: 'off' }),
  peer('empty-io', 'listeners and Proxies that only count where the addon times I/O', 'empty-io.js', { every: 1 }),
  peer('floor', "the same and V8's Profiler at 10 ms: the floor of what the addon does", 'empty-io.js', { every: 1, env: { BENCH_INTERVAL_MS: '10' } }),
  peer('event-loop-delay', 'perf_hooks.monitorEventLoopDelay, 10 ms', 'event-loop-delay.js'),
  peer('datadog-wall', '@datadog/pprof wall profiler, 99 Hz', 'datadog-wall.js', { package: '@datadog/pprof' }),
  peer('profiler-10ms', 'inspector session, Profiler 10 ms', 'profiler.js', { env: { BENCH_INTERVAL_MS: '10' } }),
  peer('profiler-1ms', 'inspector session, Profiler 1 ms', 'profiler.js', { env: { BENCH_INTERVAL_MS: '1' } }),
  peer('debugger', 'inspector session, Debugger, pause on uncaught', 'debugger.js'),
  peer('debugger-locals', "the same and locals to a file: inspector-postmortem's technique", 'debugger-locals.js'),
  peer('lag-timer', "lag timer and Profiler 0.1 ms: node-loop-detective's technique", 'lag-timer.js'),
  peer('io-tracker', "http, dns, net, fetch replaced: node-loop-detective's I/O technique", 'io-tracker.js'),
  peer('sentry-locals', '@sentry/node, includeLocalVariables', 'sentry-locals.js', { package: '@sentry/node' }),
  peer('sentry-block', '@sentry/node-native, event loop blocks of 50 ms', 'sentry-block.js', { package: '@sentry/node-native' }),
  peer('xprofiler', 'xprofiler', 'xprofiler.js', { package: 'xprofiler' }),
  peer('blocked-at', 'blocked-at, 20 ms', 'blocked-at.js', { package: 'blocked-at' }),
  peer('async-hooks-init', 'async_hooks, init only, empty', 'async-hooks.js', { env: { BENCH_HOOKS: 'init' } }),
  peer('async-hooks', 'async_hooks, init, before, after, destroy, empty', 'async-hooks.js', { env: { BENCH_HOOKS: 'init,before,after,destroy' } }),
  {
    name: 'detective',
    title: "node-loop-detective's own I/O tracker",
    kind: 'peer',
    every: FEWER,
    execArgv: (_root, workspace) => ['--require', trackerFile(workspace)],
    env: {},
  },
];

/**
 * @param {string} name
 * @param {Arm[]} [arms] another table
 * @returns {Arm}
 */
function findArm(name, arms = ARMS) {
  const arm = arms.find((candidate) => candidate.name === name);
  if (!arm) throw new Error(`no arm is named ${name}`);
  return arm;
}

/** What most workloads compare. @type {string[]} */
const ALL_ARMS = ARMS.map(({ name }) => name);

/** What a workload compares that says nothing of peers. @type {string[]} */
const OWN_ARMS = ARMS.filter(({ kind }) => kind !== 'peer').map(({ name }) => name);

module.exports = { ARMS, ALL_ARMS, OWN_ARMS, findArm };
