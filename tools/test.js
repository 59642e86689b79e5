'use strict';

// `npm test`: every kind of test, or those named: node tools/test.js [lint] [cpp] [js] [e2e] [sanitizers] [threads] [fuzz] [versions].
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.dirname(__dirname);
// Node's own limit for one test file; each child a test starts has a shorter one.
const FILE_TIMEOUT_MS = 300000;
const VERSIONS = ['20', '22', '24', '26'];
// What is about files, options and commands of ours more than about Node: on the oldest and the newest.
const OF_OUR_OWN =
  /\b(attach|bad-directory|blackbox|bucket|command-line|completion|configuration|examples|lag-storm|run|viewer)\.test\.js$/;
const BETWEEN = ['22', '24'];
// Their programs wait, for slow peers or to be watched for a while: two files at a time. All others compute, and some measure.
const MOSTLY_WAITING = /\b(attach|bucket|run|io(-fs|-http|-net)?)\.test\.js$/;
const FUZZ_TARGETS = ['box_reader_fuzz', 'heap_snapshot_fuzz'];
const FUZZ_SECONDS = 60;
// Two hundred processes that are killed: minutes under a sanitizer, which sees nothing of a death.
const NO_KILLS = ':-*Sigkill*';
// `npm test` has run the end-to-end tests on this Node just before.
const WAS_TESTED = process.env.LOOPDET_WAS_TESTED === '1';

/** @typedef {{ok: boolean, passed?: number, failed?: number, skipped?: number}} Outcome */

/**
 * One row per kind of test.
 * @type {Record<string, {what: string, byDefault: boolean, run: () => Outcome}>}
 */
const KINDS = {
  lint: { what: 'formatting, lint, types', byDefault: true, run: lint },
  cpp: { what: 'GoogleTest', byDefault: true, run: () => cpp('build/tests', '') },
  js: { what: 'JavaScript', byDefault: true, run: () => nodeTest('test/js', process.execPath) },
  e2e: {
    what: 'end to end on this Node',
    byDefault: true,
    run: () => nodeTest('test/e2e', process.execPath),
  },
  sanitizers: {
    what: 'GoogleTest under AddressSanitizer and UndefinedBehaviorSanitizer',
    byDefault: false,
    run: () => cpp('build/sanitized', 'address,undefined', `*${NO_KILLS}`),
  },
  threads: {
    what: 'GoogleTest of what threads share under ThreadSanitizer',
    byDefault: false,
    run: () => cpp('build/threads', 'thread', `BlackBox*:Heartbeat*${NO_KILLS}`),
  },
  fuzz: {
    what: `libFuzzer, ${FUZZ_SECONDS} seconds for each target, under AddressSanitizer and UndefinedBehaviorSanitizer (Clang)`,
    byDefault: false,
    run: fuzz,
  },
  versions: {
    what: `end to end on Node ${VERSIONS.join(', ')} with the same compiled file`,
    byDefault: false,
    run: versions,
  },
};

/** @param {string} command @param {string[]} words @param {import('node:child_process').SpawnSyncOptions} [options] */
function run(command, words, options = {}) {
  const { status } = spawnSync(command, words, { cwd: ROOT, stdio: 'inherit', ...options });
  return status === 0;
}

/** @returns {Outcome} */
function lint() {
  return {
    ok:
      run(process.execPath, ['tools/readme-table.js', '--check']) &&
      run('npx', ['--no-install', 'biome', 'check', '.']) &&
      run('npx', ['--no-install', 'tsc', '-p', '.']),
  };
}

/** @param {string} folder @param {string} sanitize @param {string} [filter] of tests @returns {Outcome} */
function cpp(folder, sanitize, filter = '*') {
  const settings = [
    '-DLOOPDET_TESTS=ON',
    '-DCMAKE_BUILD_TYPE=Debug',
    `-DLOOPDET_SANITIZE=${sanitize}`,
  ];
  const built =
    run('cmake', ['-S', '.', '-B', folder, ...settings], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }) &&
    run('cmake', ['--build', folder, '--parallel', '2'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  if (!built) return { ok: false };
  const report = path.join(ROOT, folder, 'report.json');
  const words = [`--gtest_output=json:${report}`, '--gtest_brief=1', `--gtest_filter=${filter}`];
  const ok = run(path.join(ROOT, folder, 'loopdet_tests'), words, { timeout: FILE_TIMEOUT_MS });
  const {
    tests = 0,
    failures = 0,
    disabled = 0,
  } = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, 'utf8')) : {};
  return { ok, passed: tests - failures - disabled, failed: failures, skipped: disabled };
}

/** @param {string} folder @param {string} node the Node under test; the tests themselves run on this one @param {(file: string) => boolean} [isLeftOut] @returns {Outcome} */
function nodeTest(folder, node, isLeftOut = () => false) {
  const files = fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && !file.includes('node_modules'))
    .filter((file) => !isLeftOut(file))
    .map((file) => path.join(folder, file))
    .sort();
  const waiting = files.filter((file) => MOSTLY_WAITING.test(file));
  const others = files.filter((file) => !waiting.includes(file));
  const sum = { ok: true, passed: 0, failed: 0, skipped: 0 };
  for (const [some, atOnce] of /** @type {[string[], number][]} */ ([
    [others, 1],
    [waiting, 2],
  ])) {
    if (some.length > 0) add(sum, testFiles(path.basename(folder), some, atOnce, node));
  }
  return sum;
}

/** @param {string} name of the log @param {string[]} files @param {number} atOnce @param {string} node @returns {Outcome} */
function testFiles(name, files, atOnce, node) {
  const log = path.join(ROOT, 'build', `test-${name}-${atOnce}.txt`);
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const words = ['--test', `--test-concurrency=${atOnce}`, `--test-timeout=${FILE_TIMEOUT_MS}`];
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${log}`,
  ];
  const ok = run(process.execPath, [...words, ...reporters, ...files], {
    env: { ...process.env, LOOPDET_TEST_NODE: node },
  });
  const text = fs.readFileSync(log, 'utf8');
  const count = (/** @type {string} */ name) =>
    Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    ok,
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped'),
  };
}

/** @param {Required<Outcome>} sum @param {Outcome} outcome */
function add(sum, { ok, passed = 0, failed = 0, skipped = 0 }) {
  sum.ok &&= ok;
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
}

/** @returns {Outcome} */
function fuzz() {
  const folder = 'build/fuzz';
  const settings = [
    '-DLOOPDET_FUZZ=ON',
    '-DCMAKE_CXX_COMPILER=clang++',
    '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
    '-DLOOPDET_SANITIZE=address,undefined',
  ];
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const quietly = { stdio: ['ignore', 'ignore', 'inherit'] };
  const built =
    run('cmake', ['-S', '.', '-B', folder, ...settings], quietly) &&
    run('cmake', ['--build', folder, '--target', ...FUZZ_TARGETS], quietly);
  let passed = 0;
  for (const target of FUZZ_TARGETS) {
    // What it finds of new is its own; the corpus of the repository is where it begins.
    const found = path.join(ROOT, folder, `${target}.corpus`);
    fs.mkdirSync(found, { recursive: true });
    const corpus = `test/fuzz/corpus/${target.replace('_fuzz', '')}`;
    const words = [`-max_total_time=${FUZZ_SECONDS}`, '-timeout=10', found, corpus];
    if (built && run(path.join(folder, target), words)) passed++;
  }
  const failed = FUZZ_TARGETS.length - passed;
  return { ok: failed === 0, passed, failed };
}

/** @returns {Outcome} */
function versions() {
  const sum = { ok: true, passed: 0, failed: 0, skipped: 0 };
  for (const version of VERSIONS) {
    const node = installNode(version);
    const { stdout: found } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    process.stdout.write(`-- Node ${found}`);
    if (found.trim() === process.version && WAS_TESTED) {
      process.stdout.write('   this one: see above\n');
      continue;
    }
    // As `npm install` with that Node would.
    run(node, ['js/make-code-cache.js']);
    const isLeftOut = (/** @type {string} */ file) =>
      BETWEEN.includes(version) && OF_OUR_OWN.test(file);
    add(sum, nodeTest('test/e2e', node, isLeftOut));
  }
  return sum;
}

/** A real Node from npm, kept in build/. @param {string} version @returns {string} its path */
function installNode(version) {
  const folder = path.join(ROOT, 'build', 'nodes', version);
  const node = path.join(folder, 'node_modules/node/bin/node');
  if (!fs.existsSync(node)) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private": true}\n');
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund', `node@${version}`], {
      cwd: folder,
      stdio: 'ignore',
    });
  }
  if (!fs.existsSync(node))
    throw new Error(`Node ${version} could not be installed from npm's "node" package`);
  return node;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in KINDS));
if (unknown.length > 0) {
  process.stderr.write(
    `no kind of test is named ${unknown.join(', ')}: ${Object.keys(KINDS).join(', ')}\n`,
  );
  process.exit(1);
}
const chosen =
  asked.length > 0 ? asked : Object.keys(KINDS).filter((name) => KINDS[name].byDefault);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of chosen) {
  process.stdout.write(`\n== ${name}: ${KINDS[name].what}\n`);
  const { ok, passed = 0, failed = 0, skipped = 0 } = KINDS[name].run();
  total.passed += passed;
  // A runner that fails without a failed test (a crash, a lint error) is a failure too.
  total.failed += ok ? failed : Math.max(failed, 1);
  total.skipped += skipped;
}
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
);
process.exitCode = total.failed === 0 ? 0 : 1;
