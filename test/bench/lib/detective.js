'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { cleanEnvironment } = require('./processes');

/** @param {string} workspace */
const trackerFile = (workspace) => path.join(workspace, 'detective-tracker.js');

const SHOW_NAMES =
  "console.log(require('node:http').get.name, require('node:dns').lookup.name, fetch.name)";

/**
 * Makes a preload of the I/O tracker that node-loop-detective evaluates in its target. None of it is kept
 * here: the package is asked to inject it, and what it would send is taken down.
 * @param {string | undefined} folder a copy of the package, with what it depends on
 * @param {string} node the Node under test
 * @param {string} workspace
 * @returns {Promise<{version: string | null, problem: string | null}>} problem: why it cannot be measured
 */
async function prepareDetective(folder, node, workspace) {
  if (folder === undefined) return { version: null, problem: 'no --detective' };
  try {
    const root = path.resolve(folder);
    const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    // The script calls `require`, which is no global of a program: as a CommonJS file it has one.
    fs.writeFileSync(trackerFile(workspace), await trackerScript(root));
    const names = [[], ['--require', trackerFile(workspace)]].map((given) => show(node, given));
    const words = names.map((line) => line.split(' '));
    if (words[0].some((name, index) => name === words[1][index])) {
      throw new Error(`its tracker leaves functions as they are: ${names[1]}`);
    }
    return { version, problem: null };
  } catch (error) {
    return { version: null, problem: /** @type {Error} */ (error).message };
  }
}

/**
 * @param {string} root
 * @returns {Promise<string>}
 */
async function trackerScript(root) {
  const { Detective } = require(root);
  const detective = new Detective({}); // with its own default threshold, which is ours too
  /** @type {string | undefined} */
  let script;
  detective.inspector = {
    async send(/** @type {string} */ _method, /** @type {{expression: string}} */ { expression }) {
      script ??= expression;
      return {};
    },
  };
  await detective._startAsyncIOTracking();
  clearInterval(detective._ioTimer);
  if (!script) throw new Error('it sends no tracker');
  return script;
}

/**
 * @param {string} node
 * @param {string[]} execArgv
 */
function show(node, execArgv) {
  const options = /** @type {const} */ ({
    encoding: 'utf8',
    env: cleanEnvironment(),
    timeout: 20_000,
  });
  const run = spawnSync(node, [...execArgv, '-e', SHOW_NAMES], options);
  if (run.status !== 0) throw new Error(`its tracker does not start: ${run.stderr.trim()}`);
  return run.stdout.trim();
}

module.exports = { prepareDetective, trackerFile };
