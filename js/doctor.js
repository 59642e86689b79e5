'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { loadBinding, file } = require('./binding.js');
const { readConfig } = require('./config.js');
const { whyUnavailable } = require('./inspector/session.js');
const { version } = require('../package.json');

/**
 * What each feature of V8 that may be missing is for: one row each, in the order of addon/v8/v8_seam.cc.
 * @type {Record<string, string>}
 */
const MEANINGS = {
  isolate: 'everything below',
  interrupt: 'stacks of a blocked loop while it is blocked',
  throwHook: 'locals of a crash at no running cost',
  rejectionHook: 'locals of a rejection that nobody handles, at no running cost',
  stackFormat:
    'captures that leave the stacks of errors unformatted; locals of an ES module as it is loaded',
  codeCache: "the throw hook keeps V8's code caches valid (start-up 20 ms faster)",
  pendingException: 'tells a throw from a report of one (from Node 24 on; older ones do without)',
  stack: 'stacks without running JavaScript',
  terminate: 'a worker may be terminated in the middle of a capture',
  gc: 'garbage collection told apart as a cause of lag',
  hiddenFrames: 'timing of fs, dns, tcp and child processes',
  nativeStack: 'names of native functions that block the loop',
  heapLimit: 'who fills the heap, when it is full',
  heapClasses: 'of what classes the objects of a full heap are',
  cpuProfile: 'the rolling CPU profile',
  lateProfile:
    'the profile begins when the program rests or has run for a quarter of a second (start-up 20 ms faster)',
  directCalls:
    'native functions are called as fast as without a profile (from Node 22 on; older ones are anyway)',
  objects:
    'states of promises, targets of Proxies, weak collections and names of classes among the locals of a crash',
  scriptHashes: 'a first capture takes half as long; ES modules and workers start 15 ms faster',
  scriptLines: 'the profile begins late on Node 20 and 22, too',
  heapWalk: 'a capture takes no longer in a large heap',
  promiseSpeed: 'async code is as fast after a capture as before',
  wasmTrap: 'faults of WebAssembly told from those that end the process',
};

/**
 * @typedef {object} Diagnosis
 * @property {string} node
 * @property {string} v8
 * @property {string} platform
 * @property {{file: string, version: string} | {error: string}} addon
 * @property {{name: string, works: boolean, reason: string | null, meaning: string}[]} features
 * @property {{name: string, value: string, source: string, default: string, meaning: string, problem: string | null}[]} options
 * @property {{path: string, writable: boolean, reason: string | null}} directory
 */

/**
 * What works with this Node on this machine, and why not.
 * @returns {Diagnosis}
 */
function diagnose() {
  const { settings, config } = readConfig();
  const base = {
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    options: settings.map(({ option, value, source, problem }) => ({
      name: option.name,
      value: show(value),
      source,
      default: String(option.default),
      meaning: option.meaning,
      problem,
    })),
  };
  const inspector = {
    name: 'inspector',
    works: whyUnavailable() === '',
    reason: whyUnavailable() || null,
    meaning: 'locals of a crash',
  };
  try {
    const binding = loadBinding();
    const features = JSON.parse(binding.features(JSON.stringify(config.without)));
    const reason = binding.checkDirectory(config.directory);
    return {
      ...base,
      addon: { file, version },
      features: [inspector, ...features.map(describeFeature)],
      directory: { path: config.directory, writable: reason === '', reason: reason || null },
    };
  } catch (error) {
    const reason = 'the addon is not loaded';
    return {
      ...base,
      addon: { error: /** @type {Error} */ (error).message },
      features: [inspector],
      directory: { path: config.directory, writable: false, reason },
    };
  }
}

/** A program that turns its loop 200 times a second for two seconds, and says what recording has taken of it. */
const MEASURED = `
const { stats } = require(process.argv[1]);
setInterval(() => {}, 5);
setTimeout(() => {
  console.log(JSON.stringify({ ...stats().overhead, elapsedMs: performance.now() }));
  process.exit();
}, 2000);`;
const MEASURED_LIMIT_MS = 20_000;

/**
 * What recording takes of a small program here, with the options of the environment.
 * @returns {Record<string, number> | {error: string}} an Overhead, and elapsedMs
 */
function measureOverhead() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-doctor-'));
  try {
    const root = path.dirname(__dirname);
    const words = ['--require', root, '-e', MEASURED, path.join(__dirname, 'api.js')];
    const env = { ...process.env, LOOPDET_DIR: directory, LOOPDET_EVENTS: '', LOOPDET_LOG: 'off' };
    const done = spawnSync(process.execPath, words, {
      env,
      encoding: 'utf8',
      timeout: MEASURED_LIMIT_MS,
    });
    if (done.status !== 0)
      return { error: done.error?.message ?? String(done.stderr).trim().slice(-200) };
    return JSON.parse(done.stdout);
  } catch (error) {
    return { error: /** @type {Error} */ (error).message };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** @param {{name: string, missing: string}} feature */
function describeFeature({ name, missing }) {
  const switchedOff = missing === 'LOOPDET_V8_WITHOUT';
  const absent = missing ? `this Node does not export ${missing}` : null;
  return {
    name,
    works: missing === '',
    reason: switchedOff ? 'switched off by LOOPDET_V8_WITHOUT' : absent,
    meaning: MEANINGS[name] ?? '',
  };
}

/** @param {any} value */
function show(value) {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Array.isArray(value) ? value.join(',') : String(value);
}

module.exports = { diagnose, measureOverhead };
