'use strict';

const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const os = require('node:os');
const { loadBinding } = require('./binding.js');
const { ACTIVE, asListener, give, now } = require('./builtins.js');
const { threadId, isMainThread, stackLimitMegabytes } = require('./thread.js');
const { nodeOption } = require('./config.js');
const { CrashHooks, readIdentity } = require('./crash/index.js');
const { redactedJson } = require('./crash/redact.js');
const { codedError } = require('./errors.js');
const { knownSymbols, loadLate } = require('./own-modules.js');
const { Reporter, emitter } = require('./events.js');
const { IoRecorder, KIND_NAMES } = require('./io/index.js');
const { version } = require('../package.json');

// Before the program can replace it.
const { parse, stringify } = JSON;

// What Node tells of `process.execve` (22.15 and newer).
const EXECVE = 'process.execve';
const MAY_EXECVE = isMainThread && 'execve' in process;
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

/** Inherits nothing of the program's. */
function emptyObject() {
  return /** @type {any} */ ({ __proto__: null });
}

/** @param {string} text of a profile @param {number} fromUs @param {number} toUs of V8's clock */
function mainStack(text, fromUs, toUs) {
  return loadLate('crash/profile-summary.js').mainStackBetween(text, fromUs, toUs);
}

/**
 * Everything that runs in one thread of the program.
 */
class Recorder {
  #config;
  #binding;
  #report;
  #identity;
  #tellsOfHeapLimit;
  /** @type {InstanceType<typeof CrashHooks>} */
  #crashes;
  /** @type {InstanceType<typeof IoRecorder> | null} */
  #io = null;
  #lastLookup = -Infinity;
  #isProfiling = false;
  /** @type {InstanceType<typeof import('./summary.js').Summary> | null} */
  #summary = null;
  /** @type {InstanceType<typeof import('./memory-gauge.js').MemoryGauge> | null} */
  #memory = null;
  /** @type {{body: () => void, at: number}[]} */
  #atTurn = [];
  /** When nobody listens any more. */
  #onListenerGone = () => {};
  #exitListener = asListener((/** @type {number} */ code) => this.#onExit(code));
  #execveListener = (/** @type {any} */ { execPath }) => this.#onExecve(execPath);

  /**
   * @param {Record<string, any>} config
   * @param {{isStarting?: boolean}} [program] false: it runs already
   * @throws {Error & {code: string}} nothing is started then
   */
  constructor(config, { isStarting = true } = {}) {
    const active = /** @type {any} */ (process)[ACTIVE];
    if (active) throw codedError('ERR_LOOPDET_SECOND_COPY', __dirname);
    // Ours is native code, which could write all the same: the permission is the user's word.
    const { permission } = /** @type {any} */ (process);
    if (permission && !permission.has('fs.write', config.directory)) {
      throw codedError('ERR_LOOPDET_PERMISSION_WRITE', config.directory);
    }
    this.#config = config;
    // V8 tells one listener only of the heap's limit, and a debugger is one: the user's own option comes first.
    const isNodeTold = nodeOption('--heapsnapshot-near-heap-limit') !== null;
    this.#tellsOfHeapLimit = config.oom !== 'off' && !isNodeTold;
    this.#binding = loadBinding();
    this.#identity = readIdentity(version, config);
    this.#report = new Reporter(this.#binding, threadId);
    this.#binding.start(this.#nativeConfig(), {
      events: () => this.#deliver(),
      // These may run in the middle of the program's own code.
      heapSnapshot: () => this.#report.whileBusy(() => this.writeHeapSnapshot()),
      stallProfile: () => this.#report.whileBusy(() => this.#profileStall()),
      outOfMemory: () => this.#report.whileBusy(() => this.#onHeapLimit()),
      report: () => this.#writeReport(JSON.parse(this.#binding.section('reportReason'))),
      listenerGone: () => this.#leave(),
      rested: () => this.#crashes?.prepare(),
    });
    Object.defineProperty(process, ACTIVE, { value: { give }, configurable: true });

    this.#crashes = new CrashHooks({
      binding: this.#binding,
      config,
      identity: this.#identity,
      threadId,
      io: () => this.#io?.parts() ?? null,
      report: this.#report,
      whenTurned: (body, ms) => this.#whenTurned(body, ms),
    });
    this.#crashes.install(nodeOption('--abort-on-uncaught-exception') !== null);
    if (!isNodeTold) this.#crashes.watchStart({ isMainThread, isStarting });
    if (config.io.length > 0) {
      this.#io = new IoRecorder({
        binding: this.#binding,
        config,
        report: this.#report,
        whenTurned: (body) => this.#whenTurned(body),
      });
    }
    process.on('exit', this.#exitListener);
    if (MAY_EXECVE) subscribe(EXECVE, this.#execveListener);
    // The listener may have gone, and this process was started by one it listened to.
    if (config.events && isMainThread) {
      const why = this.#listen(config.events, config);
      if (why && !config.quiet) this.#binding.warn(`no live events: ${why}`);
    }
    this.tellOfMemory();
    if (isMainThread) this.#binding.started();
  }

  /**
   * Somebody listens from now on.
   * @param {string} socket a path
   * @param {any} options as Summary has them; null: no summaries
   * @returns {string} '' or why not
   */
  #listen(socket, options) {
    const why = this.#binding.listen(socket);
    if (why || !options) return why;
    const { Summary } = require('./summary.js');
    this.#summary = new Summary(this.#binding, options, this.#report, {
      countClasses: () => this.#countClasses(),
      writeSnapshot: () => this.writeHeapSnapshot(),
    });
    this.tellOfMemory();
    return '';
  }

  /** Once a second, if somebody wants to know. */
  tellOfMemory() {
    const isWanted = () => this.#summary !== null || emitter.listenerCount('memory') > 0;
    if (!isWanted()) return;
    const { MemoryGauge } = require('./memory-gauge.js');
    this.#memory ??= new MemoryGauge((memory) => this.#report.event('memory', memory), isWanted);
    this.#memory.start();
  }

  /**
   * The same while the program runs.
   * @param {string} socket
   * @param {Record<string, any> | null} config of the listener; null: no summaries
   * @param {() => void} onGone
   * @throws {Error & {code: string}} ERR_LOOPDET_LISTEN
   */
  listen(socket, config, onGone) {
    const { lagThresholdMs } = this.#config;
    const why = this.#listen(socket, config && { ...config, lagThresholdMs });
    if (why) throw codedError('ERR_LOOPDET_LISTEN', why);
    this.#onListenerGone = onGone;
  }

  /** The listener has gone, or wants no more than the summary. Perhaps in the middle of the program's own code. */
  #leave() {
    try {
      this.#report.whileBusy(() => this.#summary?.stop());
      this.#summary = null;
      this.#onListenerGone();
    } catch (error) {
      this.#report.failed('end of listening', error);
    }
  }

  /** This thread is as it was before: all but the code that is loaded. */
  stop() {
    this.#memory?.stop();
    this.#summary?.stop();
    this.#crashes.uninstall();
    this.#io?.stop();
    process.removeListener('exit', this.#exitListener);
    if (MAY_EXECVE) unsubscribe(EXECVE, this.#execveListener);
    delete (/** @type {any} */ (process)[ACTIVE]);
    this.#binding.stop();
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
      // Only the main thread: V8's profiler costs memory for each isolate, and has deadlocked in workers on Node 22.
      profileWindowMs: config.profile && isMainThread ? config.profileWindowS * 1000 : 0,
      profileIntervalMs: config.profileIntervalMs,
      symbols: knownSymbols(),
      blackBox: config.blackbox && {
        keep: config.blackbox === 'keep',
        megabytes: config.blackboxMegabytes,
        config: { lagThresholdMs: config.lagThresholdMs, ioKinds: KIND_NAMES },
      },
      report: config.report,
      filesPerHour: config.filesPerHour,
      maxOverhead: config.maxOverhead,
      without: config.without,
      threadId,
      tellOfHeapLimit: this.#tellsOfHeapLimit,
      stackBytes: stackBytes(),
      uptimeMs: process.uptime() * 1000,
      ownFolder: `${__dirname}/`,
      identity: this.#identity,
    });
  }

  /**
   * Runs `body` when the loop turns after so long, if it does. Not by an immediate or a timer: the first of a process to end
   * makes every callback and tick slower from then on (Node 24 switches its asynchronous contexts on), and the program may
   * have none.
   * @param {() => void} body
   * @param {number} [ms]
   */
  #whenTurned(body, ms = 0) {
    this.#atTurn.push({ body, at: now() + ms });
    this.#binding.askForEvents(ms);
  }

  #runWhatIsDue() {
    const waiting = this.#atTurn;
    this.#atTurn = [];
    const time = now();
    for (let i = 0; i < waiting.length; i++) {
      const { body, at } = waiting[i];
      if (at > time) this.#whenTurned(body, at - time);
      else body();
    }
  }

  /** Hands lag and stall events to the program's subscribers, and completes those that lack their stack. */
  #deliver() {
    // What is thrown out of here is the program's.
    try {
      this.#runWhatIsDue();
      this.#io?.takeFound();
      const events = parse(this.#binding.takeEvents());
      for (let i = 0; i < events.length; i++) {
        const { pending, ...shown } = events[i];
        this.#report.wait(pending ? { ...shown, ...this.#complete(pending) } : shown);
      }
    } catch (error) {
      this.#report.failed('events', error);
    }
    this.#report.deliver();
  }

  /** @param {{turn: number, beganUs: number, endedUs: number, stem?: string, needsStack: boolean}} pending */
  #complete({ turn, beganUs, endedUs, stem, needsStack }) {
    /** @type {{stack?: object[], profileFile?: string}} */
    const found = emptyObject();
    try {
      const at = now();
      const isDue = stem || at - this.#lastLookup > PROFILE_LOOKUP_EVERY_MS;
      // A file is to reach far back.
      const text = isDue ? this.#binding.takeProfile(stem ? undefined : beganUs) : null;
      if (text) {
        this.#lastLookup = at;
        if (needsStack) found.stack = mainStack(text, beganUs, endedUs);
        if (stem) found.profileFile = this.#report.profile(stem, text);
      }
    } catch (error) {
      this.#report.failed('CPU profile', error);
    }
    this.#binding.completeTurn(turn, stringify(found));
    return found.stack && found.stack.length > 0 ? { stack: found.stack } : {};
  }

  /** The stall has lasted a second and goes on. */
  #profileStall() {
    try {
      const stall = JSON.parse(this.#binding.section('stallToProfile'));
      const text = stall ? this.#binding.takeProfile() : null;
      if (!text) return;
      /** @type {{profileFile: string, stack?: object[]}} */
      const found = { profileFile: this.#report.profile(stall.stem, text) };
      if (stall.needsStack) found.stack = mainStack(text, stall.beganUs, Infinity);
      this.#binding.setStallProfile(stall.turn, JSON.stringify(found));
    } catch (error) {
      this.#report.failed('CPU profile', error);
    }
  }

  /** The heap has nearly reached its limit; V8 has granted a moment more. */
  #onHeapLimit() {
    this.#crashes.stopWatching();
    if (!this.#tellsOfHeapLimit) return;
    if (this.#config.oom === 'snapshot') this.writeHeapSnapshot();
    // A snapshot tells more.
    else
      this.#binding.record(
        JSON.stringify({ ...this.#about('heapClasses'), ...this.#countClasses() }),
      );
  }

  /** What fills the heap. @returns {{classes: object[]} | {error: string}} */
  #countClasses() {
    try {
      const { whyNotCounted } = require('./heap-snapshot.js');
      const why = whyNotCounted(this.#binding.availableMemory());
      const text = why ? null : this.#binding.countClasses();
      return text ? { classes: JSON.parse(text) } : { error: why || 'this Node cannot count them' };
    } catch (error) {
      return { error: String(/** @type {Error} */ (error).message) };
    }
  }

  /** What every event says. @param {string} event */
  #about(event) {
    return { event, time: new Date().toISOString(), pid: process.pid, threadId };
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
    const about = { ...this.#about('note'), key };
    let text;
    try {
      text = redactedJson({ ...about, value });
    } catch {
      // A cycle, or a BigInt.
      text = redactedJson({ ...about, value: String(value) });
    }
    return this.#binding.record(text);
  }

  /** @param {string} reason a sentence @returns {string | null} the file, or null after one line that says why not */
  writeReport(reason) {
    const file = this.#writeReport(reason);
    this.#report.deliver();
    return file;
  }

  /** Perhaps in the middle of the program's own code. @param {string} reason */
  #writeReport(reason) {
    try {
      return this.#report.whileBusy(() => this.#crashes.writeReport(reason));
    } catch (error) {
      this.#report.failed('report', error);
      return null;
    }
  }

  /** What this thread has done so far, and what that has cost. */
  stats() {
    const section = (/** @type {string} */ name) => JSON.parse(this.#binding.section(name));
    const io = section('io');
    const overhead = section('overhead');
    return {
      histogram: section('histogram'),
      gc: section('gc'),
      threadPool: io?.threadPool ?? null,
      inFlight: io?.inFlight.length ?? 0,
      hooksMs: overhead.hooksMs,
      overhead,
    };
  }

  /** The same for metrics, with the turns since the last call; `delay` null: it is the first. @param {number} period */
  measure(period) {
    const delay = JSON.parse(this.#binding.readPeriod(period));
    this.#binding.startPeriod(period);
    return { ...this.stats(), delay };
  }

  /** @param {number} period is not asked for any more */
  endMeasuring(period) {
    this.#binding.endPeriod(period);
  }

  /**
   * Beside the rolling profile, one of the time from now on.
   * @param {number} ms
   * @returns {Promise<any>} a .cpuprofile as an object; rejected if there can be none
   */
  async profile(ms) {
    if (this.#isProfiling || this.#summary) throw codedError('ERR_LOOPDET_PROFILING');
    this.#isProfiling = true;
    try {
      this.#binding.startWholeProfile();
      await new Promise((resolve) => setTimeout(resolve, ms));
      const text = this.#binding.takeWholeProfile();
      if (!text) throw codedError('ERR_LOOPDET_NO_PROFILE');
      return JSON.parse(text);
    } finally {
      this.#isProfiling = false;
    }
  }

  /** Event-loop turns since the start. */
  histogram() {
    return JSON.parse(this.#binding.section('histogram'));
  }

  /**
   * The process becomes another program, and hears of no exit. If there is no such program it aborts (Node 22 and 24), or goes
   * on.
   * @param {string} program
   */
  #onExecve(program) {
    if (!this.#binding.isExecutable(program)) return;
    this.#onExit(0);
    this.#binding.ended();
  }

  /** @param {number} code */
  #onExit(code) {
    try {
      this.#crashes.onExit(code);
      this.#deliver();
      this.#summary?.send(code);
      this.#binding.exiting(isMainThread, code);
      this.#deliver();
    } catch (error) {
      this.#report.failed('crash file', error);
    }
  }
}

module.exports = { Recorder };
