'use strict';

// Runs small programs with and without the addon and reads what they leave behind. Every child has
// a time limit; one that passes it is killed and its test fails. Every crash and stall file that is
// read here is validated against the shipped JSON Schema.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { validateDocument } = require('./schemas.js');

const ROOT = path.join(__dirname, '..', '..');
const PROGRAMS = path.join(__dirname, 'programs');
const NODE = process.env.LOOPDET_TEST_NODE || process.execPath;
const LIMIT_MS = 20_000;

/** What the addon may say on stderr: its own lines start like this. */
const NOTICE = /^loopdet: /;

/** What readdir says where no directory can be. */
const NO_DIRECTORY = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP']);

/** @type {Set<import('node:child_process').ChildProcess>} */
const living = new Set();
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-e2e-'));

process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
  fs.rmSync(temporary, { recursive: true, force: true });
});

/** A fresh directory, mode 0700, that goes away with this test process. */
function temporaryDirectory() {
  return fs.mkdtempSync(path.join(temporary, 'run-'));
}

/**
 * The environment of a child: ours, without what would change Node or the addon.
 *
 * @param {Record<string, string | number | undefined>} added
 */
function cleanEnvironment(added) {
  /** @type {Record<string, string | undefined>} */
  const environment = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(NODE_|LOOPDET_)/.test(name)) environment[name] = value;
  }
  for (const [name, value] of Object.entries(added)) {
    if (value !== undefined) environment[name] = String(value);
  }
  return environment;
}

/**
 * The objects of LOOPDET_LOG=json: one per line of stderr.
 *
 * @param {string} stderr
 * @returns {any[]}
 */
function parseEvents(stderr) {
  const events = [];
  for (const line of stderr.split('\n')) {
    if (!line.startsWith('{')) continue;
    try {
      const value = JSON.parse(line);
      if (typeof value?.event === 'string') events.push(value);
    } catch {
      // The program's own line, or one that is not complete yet.
    }
  }
  return events;
}

/**
 * stderr without the addon's lines and events, and without the process id of Node's warnings.
 *
 * @param {string} stderr
 */
function ownLines(stderr) {
  return (
    stderr
      .split('\n')
      .filter((line) => !NOTICE.test(line) && parseEvents(line).length === 0)
      // Whether Node hears a worker's last message before or after its end is a race of Node's own.
      .filter((line) => !/^ +at (?:\[kOnExit\]|Worker\.<computed>\.onexit) /.test(line))
      .join('\n')
      .replace(/\(node:\d+\)/g, '(node:PID)')
      // Where emit() calls a listener depends on how many there are.
      .replace(/\(node:events:\d+:\d+\)/g, '(node:events)')
  );
}

/** Reads the files of one run. */
class Files {
  /** @param {string} directory */
  constructor(directory) {
    this.directory = directory;
  }

  /** Of what was written, without the black box that stands there until the end. */
  get written() {
    return this.names.filter((name) => !/^blackbox\..*\.ring$/.test(name));
  }

  /** Sorted names; empty when there is no directory. */
  get names() {
    try {
      return fs.readdirSync(this.directory).sort();
    } catch (/** @type {any} */ error) {
      if (NO_DIRECTORY.has(error.code)) return [];
      throw error;
    }
  }

  /** @param {RegExp} pattern */
  matching(pattern) {
    return this.names.filter((name) => pattern.test(name));
  }

  /** @param {string} name */
  path(name) {
    return path.join(this.directory, name);
  }

  /**
   * @param {string} name
   * @returns {any}
   */
  readJson(name) {
    return JSON.parse(fs.readFileSync(this.path(name), 'utf8'));
  }

  /**
   * Reads, validates and returns every file of a kind, with its name as `fileName`.
   *
   * @param {RegExp} pattern
   * @param {'crash' | 'stall'} schema
   */
  validated(pattern, schema) {
    return this.matching(pattern).map((name) => {
      const document = this.readJson(name);
      validateDocument(schema, document, name);
      Object.defineProperty(document, 'fileName', { value: name });
      return document;
    });
  }

  crashes() {
    return this.validated(/^crash\..*\.json$/, 'crash');
  }

  stalls() {
    return this.validated(/^stall\..*\.json$/, 'stall');
  }

  profiles() {
    return this.matching(/^CPU\..*\.cpuprofile$/);
  }

  snapshots() {
    return this.matching(/^Heap\..*\.heapsnapshot$/);
  }
}

/** One program that runs, or has ended. */
class Run {
  /**
   * @param {import('node:child_process').ChildProcessByStdio<any,
   *   import('node:stream').Readable, import('node:stream').Readable>} child
   * @param {Files} files
   * @param {number} limitMs
   */
  constructor(child, files, limitMs) {
    this.child = child;
    this.files = files;
    this.stdout = '';
    this.stderr = '';
    /** @type {number | null} */
    this.code = null;
    /** @type {NodeJS.Signals | null} */
    this.signal = null;
    this.ended = false;
    this.timedOut = false;
    /** @type {Set<() => void>} */
    this.waiters = new Set();
    /** @type {fs.FSWatcher | undefined} */
    this.watcher = undefined;
    living.add(child);

    for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
      child[name].setEncoding('utf8').on('data', (text) => {
        this[name] += text;
        this.wake();
      });
    }
    const limit = setTimeout(() => {
      this.timedOut = true;
      child.kill('SIGKILL');
      // A grandchild may hold the pipes: do not wait for their end.
      child.stdout.destroy();
      child.stderr.destroy();
    }, limitMs);
    /** Resolves when the program has ended and its output is read; rejects at the time limit. */
    this.done = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        clearTimeout(limit);
        living.delete(child);
        this.watcher?.close();
        Object.assign(this, { code, signal, ended: true });
        this.wake();
        if (this.timedOut) reject(new Error(this.describe(`still running after ${limitMs} ms`)));
        else resolve(this);
      });
    });
    this.done.catch(() => {});
  }

  get pid() {
    return this.child.pid;
  }

  get directory() {
    return this.files.directory;
  }

  get ownStderr() {
    return ownLines(this.stderr);
  }

  /**
   * The addon's lines on stderr, without that of a stall file: a machine that starves a program for
   * a second makes one in any program, and rightly.
   */
  get notices() {
    return this.stderr
      .split('\n')
      .filter((line) => NOTICE.test(line) && !line.startsWith('loopdet: stall file '));
  }

  /**
   * The live events so far, validated; of one name, or all.
   *
   * @param {string} [name]
   */
  events(name) {
    const events = parseEvents(this.stderr);
    const wanted = name === undefined ? events : events.filter((event) => event.event === name);
    for (const event of wanted) validateDocument('event', event, `an event ${event.event}`);
    return wanted;
  }

  crashes() {
    return this.files.crashes();
  }

  stalls() {
    return this.files.stalls();
  }

  /** The one crash file of the run. */
  crash() {
    const crashes = this.crashes();
    if (crashes.length !== 1) {
      assert.fail(this.describe(`wanted one crash file, there are ${crashes.length}`));
    }
    return crashes[0];
  }

  /**
   * A message with everything that a failed test needs to be understood.
   *
   * @param {string} message
   */
  describe(message) {
    const command = this.child.spawnargs.join(' ');
    return [
      message,
      `command: ${command}`,
      `ended: ${this.ended} code: ${this.code} signal: ${this.signal}`,
      `files: ${this.files.names.join(' ') || 'none'}`,
      `stdout: ${this.stdout.slice(-2000)}`,
      `stderr: ${this.stderr.slice(-4000)}`,
    ].join('\n');
  }

  /** @param {NodeJS.Signals} signal */
  kill(signal = 'SIGKILL') {
    this.child.kill(signal);
  }

  wake() {
    for (const waiter of this.waiters) waiter();
  }

  /**
   * Waits until `predicate(run)` gives something true, and returns that. Asks again at every output
   * and every change in the directory; rejects when the program ends without it.
   *
   * @template T
   * @param {(run: Run) => T} predicate
   * @param {string} what for the message
   * @returns {Promise<NonNullable<T>>}
   */
  waitFor(predicate, what) {
    if (!this.watcher && !this.ended && fs.existsSync(this.directory)) {
      this.watcher = fs.watch(this.directory, () => this.wake());
    }
    return new Promise((resolve, reject) => {
      const check = () => {
        let found;
        try {
          found = predicate(this);
        } catch (error) {
          this.waiters.delete(check);
          return reject(error);
        }
        if (!found && !this.ended) return;
        this.waiters.delete(check);
        if (found) resolve(found);
        else reject(new Error(this.describe(`ended without ${what}`)));
      };
      this.waiters.add(check);
      check();
    });
  }

  /** @param {string} text */
  waitForOutput(text) {
    return this.waitFor((run) => run.stdout.includes(text), `the output ${text}`);
  }

  /**
   * @param {string} name
   * @param {(event: any) => any} accept
   * @returns {Promise<any>}
   */
  waitForEvent(name, accept = () => true) {
    return this.waitFor((run) => run.events(name).find(accept), `an event ${name}`);
  }
}

/**
 * Starts a program of test/e2e/programs (or an absolute path) with the addon.
 *
 * @param {string} program
 * @param {object} [options]
 * @param {string[]} [options.args] the program's arguments
 * @param {Record<string, string | number | undefined>} [options.env] added; undefined takes away
 * @param {string[]} [options.nodeOptions] options of node, after `load`
 * @param {string[]} [options.load] how the addon is loaded; [] for not at all
 * @param {string} [options.stdin] text for stdin, which is empty otherwise
 * @param {number} [options.timeoutMs] the time limit
 * @param {string} [options.cwd]
 * @param {string} [options.directory] LOOPDET_DIR
 * @param {string[]} [options.launcher] a program, with arguments, that starts node
 * @returns {Run}
 */
function start(program, options = {}) {
  const directory = options.directory ?? temporaryDirectory();
  const environment = { LOOPDET_DIR: directory, ...options.env };
  const command = [
    ...(options.launcher ?? []),
    NODE,
    ...(options.load ?? ['--require', ROOT]),
    ...(options.nodeOptions ?? []),
    path.resolve(PROGRAMS, program),
    ...(options.args ?? []),
  ];
  const child = spawn(command[0], command.slice(1), {
    cwd: options.cwd ?? path.dirname(directory),
    env: cleanEnvironment(environment),
    stdio: 'pipe',
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  return new Run(child, new Files(directory), options.timeoutMs ?? LIMIT_MS);
}

/**
 * Runs a program with the addon to its end.
 *
 * @param {string} program
 * @param {Parameters<typeof start>[1] & {signals?: {when: string, send: NodeJS.Signals}[]}} [options]
 *   signals: each is sent once its text has come out of stdout
 * @returns {Promise<Run>}
 */
async function run(program, options = {}) {
  const started = start(program, options);
  for (const { when, send } of options.signals ?? []) {
    started.waitForOutput(when).then(
      () => started.kill(send),
      () => {},
    );
  }
  return started.done;
}

/**
 * Runs a program to its end without the addon.
 *
 * @param {string} program
 * @param {Parameters<typeof run>[1]} [options]
 */
function bare(program, options = {}) {
  return run(program, {
    ...options,
    load: [],
    env: { ...options.env, LOOPDET_DIR: undefined },
  });
}

/**
 * Runs a program both ways and checks that nobody but us can tell: code, signal, output.
 *
 * @param {string} program
 * @param {Parameters<typeof run>[1]} [options]
 */
async function runBoth(program, options = {}) {
  const without = await bare(program, options);
  const withAddon = await run(program, options);
  sameBehaviour(withAddon, without);
  return { withAddon, without };
}

/**
 * Asserts that a run ended, and spoke, as the bare run did.
 *
 * @param {Run} withAddon
 * @param {Run} without
 */
function sameBehaviour(withAddon, without) {
  const seen = (/** @type {Run} */ one) => ({
    code: one.code,
    signal: one.signal,
    stdout: one.stdout,
    stderr: one.ownStderr,
  });
  assert.deepEqual(seen(withAddon), seen(without), withAddon.describe('not as without the addon'));
}

/**
 * Asserts that nothing half-written is left.
 *
 * @param {Run} run
 */
function nothingHalfWritten(run) {
  assert.deepEqual(run.files.matching(/\.partial$/), []);
}

module.exports = {
  NODE,
  PROGRAMS,
  ROOT,
  bare,
  nothingHalfWritten,
  run,
  runBoth,
  sameBehaviour,
  start,
  temporaryDirectory,
};
