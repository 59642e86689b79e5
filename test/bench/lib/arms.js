'use strict';

const path = require('node:path');
const { trackerFile } = require('./detective');

/** @typedef {import('./types').Arm} Arm */

const SESSION_PRELOAD = path.join(__dirname, '..', 'preload', 'inspector-session.js');

/** @param {string} root */
const requireAddon = (root) => ['--require', root];
const nothing = () => [];

/**
 * The ways to start Node that are compared. A peer is one more row here.
 * @type {Arm[]}
 */
const ARMS = [
  { name: 'bare', title: 'bare', addon: false, execArgv: nothing, env: {} },
  { name: 'again', title: 'bare again (noise)', addon: false, execArgv: nothing, env: {} },
  { name: 'loopdet', title: 'loopdet', addon: true, execArgv: requireAddon, env: {} },
  {
    name: 'no-profile',
    title: 'loopdet, LOOPDET_PROFILE=off',
    addon: true,
    execArgv: requireAddon,
    env: { LOOPDET_PROFILE: 'off' },
  },
  {
    name: 'session',
    title: 'inspector session, Profiler 10 ms',
    addon: false,
    execArgv: () => ['--require', SESSION_PRELOAD],
    env: {},
  },
  {
    name: 'io-off',
    title: 'loopdet, LOOPDET_IO=off',
    addon: true,
    execArgv: requireAddon,
    env: { LOOPDET_IO: 'off' },
  },
  {
    name: 'detective',
    title: "node-loop-detective's I/O tracker",
    addon: false,
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

/** What most workloads compare. @type {[string, string][]} */
const USUAL_PAIRS = [
  ['bare', 'again'],
  ['bare', 'loopdet'],
  ['bare', 'no-profile'],
];

/** For start-up and memory, where the profiler's own price is told apart. @type {[string, string][]} */
const SESSION_PAIRS = [...USUAL_PAIRS, ['bare', 'session'], ['session', 'loopdet']];

/** For I/O, beside the other program that times it. @type {[string, string][]} */
const IO_PAIRS = [
  ['bare', 'again'],
  ['bare', 'loopdet'],
  ['bare', 'io-off'],
  ['bare', 'detective'],
];

module.exports = { ARMS, IO_PAIRS, USUAL_PAIRS, SESSION_PAIRS, findArm };
