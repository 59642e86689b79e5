'use strict';

const os = require('node:os');
const { configureRedaction, redactValue } = require('./redact.js');

/** @typedef {import('../inspector/pause-capture.js').Capture} Capture */

// A program whose handler swallows an exception has handled it; one whose handler ends the process soon after with a
// failure has crashed, tidily.
const HANDLED_MS = 10000;

/**
 * Turns exceptions that end the program into crash files.
 */
class CrashRecorder {
  #binding;
  #config;
  #identity;
  #takeProfile;
  #io;
  #threadId;
  #report;
  /** Why the throw hook is not armed; '' when it is. */
  #unarmed = '';
  /** @type {InstanceType<typeof import('../inspector/pause-capture.js').PauseCapture> | null} */
  #capturer = null;
  /** Of the exception that is being thrown to the top. @type {Capture | null} */
  #pending = null;
  /** An exception that a handler of the program's was given. @type {{at: number, write: () => void} | null} */
  #handled = null;
  /** That handler has not returned yet. */
  #inHandler = false;

  /**
   * @param {object} parts
   * @param {any} parts.binding
   * @param {Record<string, any>} parts.config
   * @param {object} parts.identity the header's constant part
   * @param {number} parts.threadId
   * @param {(stem: string) => {profile: any, file: string} | null} parts.takeProfile writes it; null: there is none
   * @param {() => object} parts.io the crash file's section
   * @param {InstanceType<typeof import('../events.js').Reporter>} parts.report
   */
  constructor({ binding, config, identity, threadId, takeProfile, io, report }) {
    this.#binding = binding;
    this.#config = config;
    this.#identity = identity;
    this.#threadId = threadId;
    this.#takeProfile = takeProfile;
    this.#io = io;
    this.#report = report;
  }

  /** @param {boolean} userAborts Node was started with --abort-on-uncaught-exception */
  install(userAborts) {
    const { capture } = this.#config;
    if (capture !== 'off') {
      const handlers = {
        capture: capture === 'stack' ? undefined : () => this.#capture(),
        drop: () => {
          this.#pending = null;
          this.#inHandler = false;
        },
        probe: () => {
          throw null;
        },
        abort: () => this.#writeBeforeAbort(),
      };
      this.#unarmed = this.#binding.armThrowHook(handlers, userAborts);
    }
    process.on('uncaughtExceptionMonitor', (error, origin) => {
      try {
        this.#binding.ownWork(() => this.#onUncaught(error, origin));
      } catch (failure) {
        this.#report.failed('crash file', failure);
      }
    });
  }

  /**
   * Reads the exceptions of a worker's start too, which Node catches and throws again without their frames. It lasts
   * until the loop turns, because a debugger that is on makes promises slow.
   */
  captureStartup() {
    if (this.#config.capture === 'off' || this.#config.capture === 'stack') return;
    this.#openCapturer().watchExceptions();
    // The debugger hides Node's own listener for a heap near its limit, which ends the worker and not the process.
    this.#binding.renewHeapLimit();
    setImmediate(() => this.endStartupCapture()).unref();
  }

  endStartupCapture() {
    this.#capturer?.stopWatching();
  }

  #openCapturer() {
    if (!this.#capturer) {
      const { PauseCapture } = require('../inspector/pause-capture.js');
      this.#capturer = new PauseCapture(/** @type {any} */ (this.#config));
    }
    return /** @type {InstanceType<typeof import('../inspector/pause-capture.js').PauseCapture>} */ (
      this.#capturer
    );
  }

  /** In the throw hook. @returns {string} '' or why there are no locals */
  #capture() {
    this.#pending = null;
    try {
      // An exception out of the program's handler ends the process (exit code 7) and tells nobody.
      if (this.#inHandler) this.#handled?.write();
      const capturer = this.#openCapturer();
      const why = capturer.whyNot();
      if (!why) this.#pending = capturer.take();
      return why;
    } catch (error) {
      return String(/** @type {Error} */ (error).message);
    }
  }

  /** @param {any} error @param {string} origin */
  #onUncaught(error, origin) {
    const rejected = origin === 'unhandledRejection';
    // A rejection comes long after its throw: what the hook holds is another exception's.
    const record = rejected ? null : JSON.parse(this.#binding.takeThrow());
    const seen = this.#capturer?.exceptionSeen(error) ?? null;
    const raw = rejected ? seen : (seen ?? this.#pending);
    this.#pending = null;
    const kind = rejected ? 'unhandledRejection' : 'uncaughtException';
    const { describeCrash } = require('./report.js');
    const described = describeCrash({
      kind,
      error,
      record,
      raw,
      seen: seen !== null,
      config: this.#config,
      unarmed: this.#unarmed,
    });
    if (
      process.listenerCount('uncaughtException') === 0 &&
      !process.hasUncaughtExceptionCaptureCallback()
    ) {
      this.#write(described);
      return;
    }
    this.#inHandler = true;
    this.#handled = {
      at: performance.now(),
      write: () => {
        this.#handled = null;
        this.#write({ ...described, handled: true });
      },
    };
  }

  /** The process exits. @param {number} code */
  onExit(code) {
    const handled = this.#handled;
    if (!handled || code === 0 || performance.now() - handled.at > HANDLED_MS) return;
    handled.write();
  }

  #writeBeforeAbort() {
    const record = JSON.parse(this.#binding.takeThrow());
    const raw = this.#pending;
    this.#pending = null;
    const { describeAbort } = require('./report.js');
    this.#write(describeAbort({ record, raw, config: this.#config, unarmed: this.#unarmed }));
  }

  /** @param {import('./report.js').Described} described */
  #write(described) {
    const stem = this.#binding.newStem(this.#threadId);
    const { writeDocument } = require('./document.js');
    const text = writeDocument({
      ...described,
      config: this.#config,
      header: () => this.#header(),
      native: (/** @type {string} */ name) => JSON.parse(this.#binding.section(name)),
      profile: () => this.#profile(stem),
      io: this.#io,
      began: performance.now(),
    });
    const file = this.#binding.writeFile('crash', stem, 'json', text);
    this.#report.file('crash', file, { kind: described.kind });
    // A worker's end is not the process's.
    if (this.#threadId === 0) this.#binding.crashed();
  }

  #header() {
    return {
      dumpEventTime: new Date().toISOString(),
      ...this.#identity,
      processId: process.pid,
      threadId: this.#threadId,
      uptimeMs: Math.round(process.uptime() * 1000),
      container: JSON.parse(this.#binding.section('container')),
    };
  }

  /** @param {string} stem */
  #profile(stem) {
    const taken = this.#takeProfile(stem);
    if (!taken) return null;
    const { summarise } = require('./profile-summary.js');
    return { file: taken.file, ...summarise(taken.profile) };
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
    commandLine: argv.map(redactArgument),
    execArgv: execArgv.map(redactArgument),
    loopdetVersion: version,
  };
}

/** "--password=x" as "--password=[redacted]". @param {string} word */
function redactArgument(word) {
  const [, name, value] = /^(--?[^=]+)=(.*)$/s.exec(word) ?? [];
  return name ? `${name}=${redactValue(name, value)}` : word;
}

module.exports = { CrashRecorder, readIdentity };
