'use strict';

const os = require('node:os');
const path = require('node:path');
const { loadBinding } = require('./binding.js');
const { ACTIVE, threadId, isMainThread, stackLimitMegabytes } = require('./thread.js');
const { nodeOption } = require('./config.js');
const { CrashRecorder, readIdentity } = require('./crash/index.js');
const { codedError } = require('./errors.js');
const { Reporter, publish } = require('./events.js');
const { IoRecorder, KIND_NAMES } = require('./io/index.js');
const { version } = require('../package.json');

// V8's own default, and what Node keeps of a worker's stack for itself (kStackBufferSize in node_worker.h).
const MAIN_STACK_KB = 984;
const WORKER_STACK_MB = 4;
const WORKER_RESERVED_BYTES = 192 * 1024;
// Ending a window of the profile takes milliseconds: not for every lag of a busy server.
const PROFILE_LOOKUP_EVERY_MS = 1000;

/** Bytes of stack that V8 allows JavaScript on this thread. */
function stackBytes() {
  if (isMainThread) return (Number(nodeOption('--stack-size')) || MAIN_STACK_KB) * 1024;
  return (stackLimitMegabytes() ?? WORKER_STACK_MB) * 1024 * 1024 - WORKER_RESERVED_BYTES;
}

/**
 * Everything that runs in one thread of the program.
 */
class Recorder {
  #config;
  #binding;
  #report;
  #identity;
  #profiler;
  /** @type {InstanceType<typeof CrashRecorder>} */
  #crashes;
  /** @type {InstanceType<typeof IoRecorder> | null} */
  #io = null;
  #lastLookup = -Infinity;

  /**
   * @param {Record<string, any>} config
   * @param {InstanceType<typeof import('./inspector/cpu-profiler.js').CpuProfiler> | null} profiler of this thread
   * @throws {Error & {code: string}} nothing is started then
   */
  constructor(config, profiler) {
    const active = /** @type {any} */ (process)[ACTIVE];
    if (active) throw codedError('ERR_LOOPDET_SECOND_COPY', __dirname);
    // Ours is native code, which could write all the same: the permission is the user's word.
    const { permission } = /** @type {any} */ (process);
    if (permission && !permission.has('fs.write', config.directory)) {
      throw codedError('ERR_LOOPDET_PERMISSION_WRITE', config.directory);
    }
    this.#config = config;
    this.#profiler = profiler;
    this.#binding = loadBinding();
    this.#identity = readIdentity(version, config);
    this.#report = new Reporter(this.#binding, threadId);
    this.#binding.start(this.#nativeConfig(), {
      events: () => this.#deliver(),
      heapSnapshot: () => this.writeHeapSnapshot(),
      stallProfile: () => this.#profileStall(),
      rotateProfile: () => this.#profiler?.rotate(),
      outOfMemory: () => this.#onHeapLimit(),
    });
    Object.defineProperty(process, ACTIVE, { value: {}, configurable: true });

    this.#crashes = new CrashRecorder({
      binding: this.#binding,
      config,
      identity: this.#identity,
      threadId,
      io: () => this.#io?.section() ?? { error: 'LOOPDET_IO=off' },
      takeProfile: (stem) => this.#takeProfile(stem),
      report: this.#report,
    });
    this.#crashes.install(nodeOption('--abort-on-uncaught-exception') !== null);
    if (!isMainThread) this.#crashes.captureStartup();
    if (config.io.length > 0) {
      this.#io = new IoRecorder({ binding: this.#binding, config, report: this.#report });
    }
    process.on('exit', (code) => this.#onExit(code));
    if (isMainThread) this.#binding.returnSymbolPages();
  }

  #nativeConfig() {
    const config = this.#config;
    return JSON.stringify({
      directory: config.directory,
      keepFiles: config.keepFiles,
      keepMegabytes: config.keepMegabytes,
      log: config.log,
      quiet: config.quiet,
      heapSignal:
        config.heapSignal === 'off'
          ? 0
          : os.constants.signals[/** @type {NodeJS.Signals} */ (config.heapSignal)],
      lagThresholdMs: config.lagThresholdMs,
      stallSampleMs: config.stallSampleMs,
      io: config.io.length > 0 && {
        kinds: KIND_NAMES,
        thresholdMs: config.ioThresholdMs,
        pool: config.io.includes('pool'),
      },
      profileWindowMs: this.#profiler ? config.profileWindowS * 1000 : 0,
      blackBox: config.blackbox && {
        keep: config.blackbox === 'keep',
        megabytes: config.blackboxMegabytes,
        identity: this.#boxIdentity(),
      },
      without: config.without,
      threadId,
      // V8 tells one listener only, and the user's own option comes first.
      heapLimit: config.oom !== 'off' && nodeOption('--heapsnapshot-near-heap-limit') === null,
      stackBytes: stackBytes(),
      uptimeMs: process.uptime() * 1000,
      ownFolder: `${__dirname}/`,
      identity: this.#identity,
    });
  }

  /** What a reader of the dead process's box needs to know of it. */
  #boxIdentity() {
    return {
      ...this.#identity,
      startTime: new Date(Date.now() - process.uptime() * 1000).toISOString(),
      config: { lagThresholdMs: this.#config.lagThresholdMs, ioKinds: KIND_NAMES },
    };
  }

  /** Hands lag and stall events to the program's subscribers, and completes those that lack their stack. */
  #deliver() {
    this.#io?.takeFound();
    this.#report.deliver();
    for (const event of JSON.parse(this.#binding.takeEvents())) {
      const { pending, ...shown } = event;
      if (pending) Object.assign(shown, this.#complete(pending));
      publish(shown);
    }
  }

  /** @param {{turn: number, beganUs: number, endedUs: number, stem?: string, needsStack: boolean}} pending */
  #complete({ turn, beganUs, endedUs, stem, needsStack }) {
    /** @type {{stack?: object[], profileFile?: string}} */
    const found = {};
    try {
      const now = performance.now();
      if (this.#profiler && (stem || now - this.#lastLookup > PROFILE_LOOKUP_EVERY_MS)) {
        this.#lastLookup = now;
        const profile = this.#profiler.take();
        const { mainStackBetween } = require('./crash/profile-summary.js');
        if (needsStack) found.stack = mainStackBetween(profile, beganUs, endedUs);
        if (stem) found.profileFile = this.#writeProfile(stem, profile);
      }
    } catch (error) {
      this.#report.failed('CPU profile', error);
    }
    this.#binding.completeTurn(turn, JSON.stringify(found));
    return found.stack && found.stack.length > 0 ? { stack: found.stack } : {};
  }

  /** The stall has lasted a second and goes on; this may run in the middle of the program's own code. */
  #profileStall() {
    try {
      const stall = JSON.parse(this.#binding.section('stallToProfile'));
      if (!stall || !this.#profiler) return;
      const profile = this.#profiler.take();
      /** @type {{profileFile: string, stack?: object[]}} */
      const found = { profileFile: this.#writeProfile(stall.stem, profile) };
      if (stall.needsStack) {
        const { mainStackBetween } = require('./crash/profile-summary.js');
        found.stack = mainStackBetween(profile, stall.beganUs, Infinity);
      }
      this.#binding.setStallProfile(stall.turn, JSON.stringify(found));
    } catch (error) {
      this.#report.failed('CPU profile', error);
    }
  }

  /** The heap has nearly reached its limit; V8 has granted a moment more. */
  #onHeapLimit() {
    this.#crashes.endStartupCapture();
    if (this.#config.oom === 'snapshot') this.writeHeapSnapshot();
  }

  /** @param {string} stem @returns {{profile: any, file: string} | null} null: there is no profiler */
  #takeProfile(stem) {
    if (!this.#profiler) return null;
    const profile = this.#profiler.take();
    return { profile, file: this.#writeProfile(stem, profile) };
  }

  /** @param {string} stem @param {any} profile @returns {string} the file's name */
  #writeProfile(stem, profile) {
    const file = this.#binding.writeFile('CPU', stem, 'cpuprofile', JSON.stringify(profile));
    // The stall or crash file, which has a notice, names it.
    this.#report.event('profile', { file });
    return path.basename(file);
  }

  /**
   * Streams a heap snapshot of this thread to a file.
   * @returns {string | null} the file, or null after one line that says why not
   */
  writeHeapSnapshot() {
    let number = 0;
    try {
      const { whyTooLarge, writeSnapshot } = require('./heap-snapshot.js');
      const why = whyTooLarge(this.#binding.availableMemory());
      if (why) {
        this.#report.event('warning', { code: 'heap-snapshot-refused', message: why });
        this.#binding.warn(`no heap snapshot: ${why}`);
        return null;
      }
      number = this.#binding.openFile('Heap', this.#binding.newStem(threadId), 'heapsnapshot');
      writeSnapshot(this.#binding.partialPath(number));
      const file = this.#binding.commitFile(number);
      this.#report.file('heap', file);
      return file;
    } catch (error) {
      if (number) this.#binding.dropFile(number);
      this.#report.failed('heap snapshot', error);
      return null;
    }
  }

  /** @param {string} key @param {unknown} value @returns {boolean} whether the black box has it */
  note(key, value) {
    const about = {
      event: 'note',
      time: new Date().toISOString(),
      pid: process.pid,
      threadId,
      key,
    };
    let text;
    try {
      text = JSON.stringify({ ...about, value });
    } catch {
      // A cycle, or a BigInt.
      text = JSON.stringify({ ...about, value: String(value) });
    }
    return this.#binding.note(text);
  }

  /** Event-loop turns since the start. */
  histogram() {
    return JSON.parse(this.#binding.section('histogram'));
  }

  /** @param {number} code */
  #onExit(code) {
    try {
      this.#crashes.onExit(code);
      this.#binding.exiting(isMainThread, code);
      this.#deliver();
    } catch (error) {
      this.#report.failed('crash file', error);
    }
  }
}

module.exports = { Recorder };
