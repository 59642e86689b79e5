'use strict';

const { createHash } = require('node:crypto');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { cleanEnvironment } = require('./processes');

/**
 * @param {boolean} pinned
 * @returns {import('./types').Machine}
 */
function describeMachine(pinned) {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cpus: os.cpus().length,
    memoryBytes: os.totalmem(),
    kernel: os.release().split('-', 1)[0],
    pinned,
  };
}

/**
 * @param {string} node
 * @returns {string} such as v22.1.0
 */
function nodeVersion(node) {
  const run = spawnSync(node, ['--version'], {
    encoding: 'utf8',
    env: cleanEnvironment(),
    timeout: 10_000,
  });
  if (run.status !== 0) throw new Error(`${node} does not run`);
  return run.stdout.trim();
}

/**
 * @param {string} root
 * @returns {string | null} the start of the SHA-256 of the compiled addon, null without one
 */
function addonHash(root) {
  const file = path.join(root, 'build', 'Release', 'loopdet.node');
  if (!fs.existsSync(file)) return null;
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex').slice(0, 12);
}

/**
 * Whether the addon works. One that cannot start lets the program run as without it: that would be
 * measured as an addon that costs nothing.
 * @param {string} node
 * @param {string} root
 * @param {string} workspace
 * @returns {string | null} why it cannot be measured, or null
 */
function addonProblem(node, root, workspace) {
  if (!addonHash(root)) return 'the addon is not built';
  const run = spawnSync(node, ['--require', root, '-e', '0'], {
    cwd: workspace,
    encoding: 'utf8',
    env: cleanEnvironment(),
    timeout: 20_000,
  });
  if (run.status === 0 && run.stderr === '') return null;
  const lines = run.stderr.split('\n');
  const error = lines.find((line) => /^\w*Error\b/.test(line)) ?? lines[0];
  return `the addon does not start: ${error || run.signal || run.status}`;
}

module.exports = { addonHash, addonProblem, describeMachine, nodeVersion };
