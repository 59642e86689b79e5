'use strict';

const os = require('node:os');
const { asListener, give, loadBuiltin, processReport, withBuiltins } = require('../builtins.js');
const { entryUrl, programIsModule } = require('../entry.js');
const { loadPristine } = require('../own-modules.js');
const { callListenersThrough } = require('./event-target.js');
const { configureRedaction, redactArguments, redactionState } = require('./redact.js');

/** @typedef {InstanceType<typeof import('./recorder.js').CrashRecorder>} CrashRecorder */

// Before the program can replace it.
const { stringify } = JSON;

/**
 * Hooks what ends the program. The hooks only call the recorder, which is loaded for the first of them, into a context of
 * its own: nothing here may use what the program can change.
 */
class CrashHooks {
  #binding;
  #config;
  #report;
  #whenTurned;
  #parts;
  /** @type {CrashRecorder | null} */
  #recorder = null;
  /** Why the throw hook is not armed; '' when it is. */
  #unarmed = '';
  /** @type {NodeJS.UncaughtExceptionListener | null} */
  #listener = null;
  /** @type {(() => void) | null} */
  #restoreListeners = null;

  /**
   * @param {object} parts
   * @param {any} parts.binding
   * @param {Record<string, any>} parts.config
   * @param {object} parts.identity the header's constant part
   * @param {number} parts.threadId
   * @param {import('../io/sink.js').SinkParts} parts.io
   * @param {InstanceType<typeof import('../events.js').Reporter>} parts.report
   * @param {(body: () => void, ms?: number) => void} parts.whenTurned
   */
  constructor({ config, identity, whenTurned, ...parts }) {
    this.#binding = parts.binding;
    this.#config = config;
    this.#report = parts.report;
    this.#whenTurned = whenTurned;
    const texts = { config: stringify(config), identity: stringify(identity) };
    this.#parts = () => ({ ...parts, ...texts, redaction: redactionState });
  }

  get #isWithLocals() {
    const { capture } = this.#config;
    return capture !== 'off' && capture !== 'stack';
  }

  /**
   * In a rest: what a capture loads of Node's, 4 to 5 ms of a crash. For the inspector only what that loads in turn, which is
   * nearly all of it: a program that has loaded it may have sessions of its own, and we would not know any more.
   */
  prepare() {
    if (this.#recorder) return;
    withBuiltins(() => {
      loadBuiltin('node:worker_threads');
      loadBuiltin('node:v8');
      processReport();
    });
  }

  /** @returns {CrashRecorder} */
  #open() {
    if (!this.#recorder) {
      const loaded = /** @type {typeof import('./recorder.js')} */ (
        loadPristine('crash/recorder.js')
      );
      this.#recorder = new loaded.CrashRecorder(this.#parts());
    }
    return this.#recorder;
  }

  /** @param {boolean} userAborts Node was started with --abort-on-uncaught-exception */
  install(userAborts) {
    if (this.#config.capture !== 'off') {
      const handlers = {
        capture: this.#isWithLocals ? () => this.#capture(give) : undefined,
        drop: () => this.#recorder?.drop(),
        take: () => this.#recorder?.take(),
        handlerThrew: () => this.#recorder?.handlerThrew(),
        probe: () => {
          throw null;
        },
        abort: () => this.#open().writeBeforeAbort(this.#unarmed),
      };
      this.#unarmed = this.#binding.armThrowHook(handlers, userAborts);
      if (this.#isWithLocals) this.#binding.armRejectionHook(() => this.#captureRejection(give));
      if (this.#isWithLocals && !userAborts && !this.#unarmed) {
        this.#restoreListeners = callListenersThrough(this.#binding.callListener);
      }
    }
    const listener = (/** @type {any} */ error, /** @type {string} */ origin) => {
      const body = () => this.#open().uncaught(error, origin, this.#unarmed);
      this.#attempt(() => this.#binding.ownWork(body));
    };
    this.#listener = asListener(listener);
    process.on('uncaughtExceptionMonitor', this.#listener);
  }

  /** C++ takes its hooks back itself. */
  uninstall() {
    if (this.#listener) process.removeListener('uncaughtExceptionMonitor', this.#listener);
    this.#restoreListeners?.();
    this.#recorder?.close();
    this.#recorder = null;
  }

  /**
   * In the throw hook.
   * @param {Function} _give of builtins.js: the pause looks for it here, by this name
   * @returns {string} '' or why there are no locals
   */
  #capture(_give) {
    try {
      return this.#open().capture();
    } catch (error) {
      return `${/** @type {Error} */ (error).message}`;
    }
  }

  /** @param {Function} _give */
  #captureRejection(_give) {
    try {
      return this.#open().captureRejection();
    } catch {
      return null;
    }
  }

  /** What fails here must not become the program's failure. @param {() => void} body */
  #attempt(body) {
    try {
      // What it tells of, the program's subscribers hear when all is written.
      this.#report.whileBusy(body);
      this.#report.deliver();
    } catch (failure) {
      this.#report.failed('crash file', failure);
    }
  }

  /**
   * Reads the exceptions of the start too, where Node catches them and throws them again without their frames; and with
   * LOOPDET_CAPTURE=always those of the rest. Debugging makes promises slow: it lasts until the start is over.
   * @param {{isMainThread: boolean, isStarting: boolean}} thread isStarting: false of a program that runs already
   */
  watchStart({ isMainThread, isStarting }) {
    const always = this.#config.capture === 'always';
    const start = isStarting && (!isMainThread || programIsModule());
    if (!this.#isWithLocals || !(start || always)) return;
    const whenTurned = this.#whenTurned;
    const onStarted = () => whenTurned(() => this.#recorder?.startEnded());
    const entry = isMainThread ? entryUrl() : null;
    try {
      this.#open().watchExceptions({ start, always, entry, onStarted, whenTurned });
    } catch {
      // Some threads of Node's own have no inspector (`node --test`). A crash file says why it has no locals.
    }
    if (!isMainThread) onStarted();
  }

  /** The heap is full: what a debugger holds is let go of. */
  stopWatching() {
    this.#recorder?.stopWatching();
  }

  /** The process exits. @param {number} code */
  onExit(code) {
    this.#attempt(() => this.#recorder?.onExit(code));
  }

  /** What there is to know, of a program that goes on. @param {string} reason a sentence @returns {string} the file */
  writeReport(reason) {
    return this.#open().writeReport(reason);
  }
}

/**
 * The part of every file's header that does not change.
 * @param {string} version of loopdet-addon
 * @param {any} config
 */
function readIdentity(version, config) {
  configureRedaction(config);
  const { argv, execArgv, versions, platform, arch } = process;
  return {
    nodejsVersion: process.version,
    v8Version: versions.v8,
    platform,
    arch,
    hostname: os.hostname(),
    cwd: process.cwd(),
    commandLine: redactArguments(argv),
    execArgv: redactArguments(execArgv),
    loopdetVersion: version,
  };
}

module.exports = { CrashHooks, readIdentity };
