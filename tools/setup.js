'use strict';

// Makes a fresh Debian machine with Node, cmake and a compiler ready to build: `npm run setup`. Says what it does.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.dirname(__dirname);

/**
 * What the native build needs beyond cmake and a compiler: one row each.
 * @type {{name: string, found: () => boolean, debian: string}[]}
 */
const NEEDS = [
  { name: 'cmake', found: () => works('cmake', '--version'), debian: 'cmake' },
  { name: 'a C++ compiler', found: () => works('c++', '--version'), debian: 'g++' },
  {
    name: 'make or ninja',
    found: () => works('ninja', '--version') || works('make', '--version'),
    debian: 'make',
  },
  {
    name: 'nlohmann/json',
    found: () => fs.existsSync('/usr/include/nlohmann/json.hpp'),
    debian: 'nlohmann-json3-dev',
  },
  {
    name: 'GoogleTest',
    found: () => fs.existsSync('/usr/include/gtest/gtest.h'),
    debian: 'libgtest-dev',
  },
  { name: 'uv.h', found: hasUv, debian: 'libuv1-dev' },
];
// Peers that the tests talk to: only `npm test` asks for them.
const TESTS_NEED = [
  {
    name: 'redis-server',
    found: () => works('redis-server', '--version'),
    debian: 'redis-server',
  },
  {
    name: 'Chromium',
    found: () => works('chromium', '--version'),
    debian: 'chromium',
  },
  {
    // Without one, text has no size in Chromium.
    name: 'a font',
    found: () => fs.existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'),
    debian: 'fonts-dejavu-core',
  },
  { name: 'openssl', found: () => works('openssl', 'version'), debian: 'openssl' },
];

/** @param {string} command @param {string[]} words */
function works(command, ...words) {
  return spawnSync(command, words, { stdio: 'ignore' }).status === 0;
}

function hasUv() {
  const beside = path.resolve(process.execPath, '../../include/node');
  const nodedir = process.env.npm_config_nodedir ?? '/usr';
  return [beside, path.join(nodedir, 'include/node'), '/usr/include/node', '/usr/include'].some(
    (folder) => fs.existsSync(path.join(folder, 'uv.h')),
  );
}

/** @param {string} command @param {string[]} words @param {string} what */
function run(command, words, what) {
  process.stdout.write(`== ${what}\n`);
  // The package manager that runs this script has set its own npm_config_*: a child npm warns of those it gave up.
  const { status, error } = spawnSync(command, words, { cwd: ROOT, stdio: 'inherit' });
  if (error || status !== 0) {
    process.stderr.write(
      `setup: "${command} ${words.join(' ')}" failed${error ? `: ${error.message}` : ''}\n`,
    );
    process.exit(1);
  }
}

function installDebianPackages() {
  const needs = process.argv.includes('--tests') ? [...NEEDS, ...TESTS_NEED] : NEEDS;
  const missing = needs.filter((need) => !need.found());
  if (missing.length === 0) return;
  const packages = missing.map((need) => need.debian);
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!works('apt-get', '--version') || (asRoot.length > 0 && !works('sudo', '-n', 'true'))) {
    process.stderr.write(
      `setup: missing ${missing.map((need) => need.name).join(', ')}: install ${packages.join(' ')}\n`,
    );
    process.exit(1);
  }
  const [first, ...rest] = [...asRoot, 'apt-get'];
  run(first, [...rest, 'update', '-qq'], 'apt-get update');
  const options = ['install', '-y', '-qq', '--no-install-recommends'];
  run(first, [...rest, ...options, ...packages], `apt-get install ${packages.join(' ')}`);
}

/** Whether `target` is missing or older than any of `sources`. @param {string} target @param {string[]} sources */
function isOlder(target, sources) {
  if (!fs.existsSync(target)) return true;
  const made = fs.statSync(target).mtimeMs;
  return sources.some((source) => fs.statSync(source).mtimeMs > made);
}

installDebianPackages();
const lock = path.join(ROOT, 'package-lock.json');
if (isOlder(path.join(ROOT, 'node_modules/.package-lock.json'), [lock])) {
  // Not "npm ci": npm 11 leaves the packages of other platforms out of the lock file, and then refuses it.
  run('npm', ['install', '--ignore-scripts', '--no-save'], 'npm install');
}
// cmake knows what is out of date.
run('npx', ['--no-install', 'cmake-js', 'compile', '--log-level', 'error'], 'build the addon');
run(process.execPath, ['js/make-code-cache.js'], "make V8's code cache");
