'use strict';

const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { allowedCpus, othersCpuSeconds } = require('./proc');

/** @typedef {import('./types').Arm} Arm */
/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** CPU slots: the program under test and the load it gets never share a CPU. */
const PROGRAM_CPU = 0;
const LOAD_CPU = 1;

const STDERR_KEPT = 2000;
const BENCH = path.join(__dirname, '..');

/**
 * @typedef {object} StartOptions
 * @property {number} [cpu] PROGRAM_CPU or LOAD_CPU; not pinned when left out
 * @property {boolean} [ipc] give it a message channel
 * @property {Record<string, string>} [env] besides the arm's own, of startArm only
 * @property {number} [limitMs] killed after that, 15 minutes (a round of all arms) unless given
 */

/**
 * @typedef {object} Started
 * @property {ChildProcess} child
 * @property {number} pid
 * @property {bigint} startedAt nanoseconds, CLOCK_MONOTONIC
 * @property {string} directory its working directory, its own and new
 * @property {Promise<{code: number | null, signal: string | null, at: bigint}>} ended
 * @property {() => string} stderr the tail of it
 */

// For what is measured in slices, between which it stands still: some of the processes would collect their garbage in such
// a pause, as V8 does eight seconds after it has seen any (MemoryReducer), throw their optimised code away with it, and be
// half as fast for as long as a round lasts. Whether one does hangs by a page of heap.
const NO_COLLECTION_AT_REST = '--no-memory-reducer';

/** Starts every child of the benchmark, and sees that none is left behind. */
class Processes {
  /**
   * @param {string} node the Node binary under test
   * @param {string} root of the package under test
   * @param {string} workspace a folder for the children's working directories
   */
  constructor(node, root, workspace) {
    this.node = node;
    this.root = root;
    this.workspace = workspace;
    this.cpus = allowedCpus();
    this.pinned =
      this.cpus.length > 1 && spawnSync('taskset', ['--version'], { timeout: 5000 }).status === 0;
    /** @type {Set<ChildProcess>} */
    this.alive = new Set();
    this.counter = 0;
  }

  /**
   * Runs Node as the given arm does. Settings of the caller's own environment are kept out.
   * @param {Arm} arm
   * @param {string[]} argv
   * @param {StartOptions} [options]
   * @returns {Started}
   */
  startArm(arm, argv, options = {}) {
    const env = { ...cleanEnvironment(), ...options.env, ...arm.env };
    const flags = options.cpu === undefined ? [] : [NO_COLLECTION_AT_REST];
    const execArgv = arm.execArgv(this.root, this.workspace);
    return this.start(this.node, [...flags, ...execArgv, ...argv], env, options);
  }

  /**
   * @param {string} file
   * @param {string[]} argv
   * @param {NodeJS.ProcessEnv} env
   * @param {StartOptions} options
   * @returns {Started}
   */
  start(file, argv, env, { cpu, ipc = false, limitMs = 900_000 }) {
    // A new, empty working directory each time: defaults apply, and nothing found there from an
    // earlier run is read or pruned.
    const directory = path.join(this.workspace, String(this.counter++));
    fs.mkdirSync(directory);
    const pin = cpu !== undefined && this.pinned;
    const command = pin ? 'taskset' : file;
    const args = pin ? ['-c', String(this.cpus[cpu]), file, ...argv] : argv;
    const startedAt = process.hrtime.bigint();
    const child = spawn(command, args, {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? [/** @type {const} */ ('ipc')] : [])],
    });
    this.alive.add(child);
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
    let tail = '';
    child.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      tail = (tail + text).slice(-STDERR_KEPT);
    });
    /** @type {Started['ended']} */
    const ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      let at = 0n;
      child.once('exit', () => {
        at = process.hrtime.bigint();
        clearTimeout(limit);
        this.alive.delete(child);
      });
      // What it printed has been read to the end only now.
      child.once('close', (code, signal) => resolve({ code, signal, at }));
    });
    ended.catch(() => this.alive.delete(child)); // whoever waits for it reports it
    return { child, pid: child.pid ?? 0, startedAt, directory, ended, stderr: () => tail };
  }

  /**
   * Kills a child and waits for its end, then removes its folder.
   * @param {Started} started
   */
  async finish(started) {
    started.child.kill('SIGKILL');
    await started.ended;
    fs.rmSync(started.directory, { recursive: true, force: true });
  }

  /**
   * Begins to watch what other programs take from this machine.
   * @returns {() => number} tells it, in cores
   */
  watchOthers() {
    const start = process.hrtime.bigint();
    const used = this.othersCpuSeconds();
    return () => {
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      return Math.max(0, this.othersCpuSeconds() - used) / seconds;
    };
  }

  othersCpuSeconds() {
    // Children that ended are counted with this process, which is left out.
    const own = [process.pid, ...[...this.alive].map((child) => child.pid ?? 0)];
    return othersCpuSeconds(new Set(own));
  }

  killAll() {
    for (const child of this.alive) child.kill('SIGKILL');
  }
}

/** The caller's environment without anything that changes how Node or the addon start. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(LOOPDET|NODE|BENCH)_/.test(name)),
  );
}

/**
 * Waits for the next message of a child, or says why none came.
 * @param {Started} started
 * @returns {Promise<any>}
 */
async function nextMessage(started) {
  const abort = new AbortController();
  const gone = started.ended.then(({ code, signal }) => {
    throw new Error(`a program ended too early (${signal ?? code}): ${started.stderr()}`);
  });
  const message = once(started.child, 'message', { signal: abort.signal });
  try {
    const [value] = /** @type {any[]} */ (await Promise.race([message, gone]));
    return value;
  } finally {
    // The loser of the race is not news: a program is expected to end later.
    gone.catch(() => {});
    message.catch(() => {});
    abort.abort();
  }
}

/**
 * @param {Started} started
 * @param {object} question
 * @returns {Promise<any>}
 */
function ask(started, question) {
  const answer = nextMessage(started);
  started.child.send(question);
  return answer;
}

/**
 * What went wrong in a program, in one line. It is kept in a file, and tells nothing of this machine.
 * @param {Error} error of nextMessage
 */
function errorLine({ message }) {
  const lines = message.split('\n').map((line) => line.trim());
  const line = lines.find((one) => /^\w*Error\b/.test(one)) ?? lines.find(Boolean) ?? 'it ended';
  return line.replaceAll(`${BENCH}${path.sep}`, '');
}

module.exports = {
  LOAD_CPU,
  NO_COLLECTION_AT_REST,
  PROGRAM_CPU,
  Processes,
  ask,
  cleanEnvironment,
  errorLine,
  nextMessage,
};
