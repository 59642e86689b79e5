'use strict';

// Runs the command line as a user does.

const { spawn } = require('node:child_process');
const path = require('node:path');
const { NODE, ROOT, temporaryDirectory } = require('./harness.js');
const { validateDocument } = require('./schemas.js');

const MAIN = path.join(ROOT, 'js', 'cli', 'main.js');
const LIMIT_MS = 60_000;

/** Starts it. @param {string[]} words @param {Record<string, string>} [env] */
function loopdet(words, env = {}) {
  const cwd = temporaryDirectory();
  const child = spawn(NODE, [MAIN, ...words], {
    cwd,
    env: { PATH: `${path.dirname(NODE)}:${process.env.PATH}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const result = { child, cwd, code: /** @type {number | null} */ (null), stdout: '', stderr: '' };
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    child[name].setEncoding('utf8').on('data', (text) => {
      result[name] += text;
    });
  }
  const done = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      result.code = code;
      resolve(result);
    });
  });
  /** When something has been said. @param {RegExp} wanted */
  const said = (wanted) =>
    new Promise((resolve, reject) => {
      const look = () => wanted.test(result.stdout + result.stderr) && resolve(undefined);
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      done.then(() =>
        reject(new Error(`ended without ${wanted}: ${result.stdout}${result.stderr}`)),
      );
      look();
    });
  return { ...result, result, done, said };
}

/** @param {string[]} words @param {Record<string, string>} [env] @returns {Promise<{code: number | null, stdout: string, stderr: string, cwd: string}>} */
const run = (words, env) => /** @type {Promise<any>} */ (loopdet(words, env).done);

/** The one document that was printed. @param {string} stdout */
function reportOf(stdout) {
  const report = JSON.parse(stdout);
  validateDocument('report', report, 'a report');
  return report;
}

module.exports = { loopdet, reportOf, run };
