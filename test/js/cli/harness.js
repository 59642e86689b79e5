/** Runs the real command line as a child, always with a time limit. */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..', '..', '..');
const main = path.join(root, 'js', 'cli', 'main.js');
const fixtures = path.join(__dirname, 'fixtures');
const TIME_LIMIT_MS = 30_000;

/**
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string }} [options]
 */
function loopdet(args, { env = {}, cwd = root } = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env },
    encoding: 'utf8',
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 512e6,
  });
  if (error) throw error;
  return { status, signal, stdout, stderr };
}

/** @param {string} name */
const fixture = (name) => path.join(fixtures, name);
/** @param {string} name */
const readFixture = (name) => JSON.parse(fs.readFileSync(fixture(name), 'utf8'));

/**
 * A directory that is removed when the test ends.
 * @param {import('node:test').TestContext} context
 */
function temporaryDirectory(context) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-cli-'));
  context.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** @param {string} text */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours themselves
const withoutColours = (text) => text.replace(/\x1b\[\d+m/g, '');

module.exports = {
  fixture,
  fixtures,
  loopdet,
  main,
  readFixture,
  root,
  temporaryDirectory,
  withoutColours,
};
