'use strict';

// `loopdet serve` as a child, and what the tests of it share.

const { spawn } = require('node:child_process');
const path = require('node:path');
const { NODE, ROOT, run } = require('./harness.js');

const MAIN = path.join(ROOT, 'js', 'cli', 'main.js');
const LIMIT_MS = 60_000;

/**
 * Serves a directory, or a file, until the test is over.
 * @param {{after: (end: () => void) => void}} context
 * @param {string} place
 * @param {{args?: string[], env?: Record<string, string>, withoutPlace?: boolean}} [options]
 */
async function serve(context, place, options = {}) {
  const { args = ['--port', '0'], env = {}, withoutPlace = false } = options;
  const child = spawn(NODE, [MAIN, 'serve', ...(withoutPlace ? [] : [place]), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  context.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const url = await new Promise((resolve, reject) => {
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      const found = /^http:\S+$/m.exec(stdout);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${stderr}`)));
  });
  return { child, url: String(url), origin: new URL(url).origin, host: new URL(url).host };
}

/** A directory with one crash of programs/viewer/account.js. */
async function crashed() {
  const result = await run('viewer/account.js', { env: { LOOPDET_IO_THRESHOLD_MS: '100' } });
  result.crash();
  return result;
}

/** What /json says of the crashes. @param {string} origin @returns {Promise<any[]>} newest first */
async function targetsOf(origin) {
  return (await fetch(`${origin}/json`)).json();
}

module.exports = { crashed, serve, targetsOf };
