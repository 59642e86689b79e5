'use strict';

const os = require('node:os');
const { describeError } = require('./error-info.js');
const { framesOfCapture, framesOfStack } = require('./sections/frames.js');
const { parseStack } = require('./stack-text.js');
const { writeDocument } = require('./document.js');
const { configureRedaction, redactValue } = require('./redact.js');
const { summarise } = require('./profile-summary.js');

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
  #profiler;
  #capturer;
  #threadId;
  #report;
  #armed = '';
  /** @type {import('../inspector/pause-capture.js').Capture | null} */
  #pending = null;
  /** @type {{at: number, write: () => void} | null} */
  #handled = null;

  /**
   * @param {object} parts
   * @param {any} parts.binding
   * @param {Record<string, any>} parts.config
   * @param {object} parts.identity the header's constant part
   * @param {number} parts.threadId
   * @param {InstanceType<typeof import('../inspector/cpu-profiler.js').CpuProfiler> | null} parts.profiler
   * @param {InstanceType<typeof import('../inspector/pause-capture.js').PauseCapture> | null} parts.capturer
   * @param {InstanceType<typeof import('../events.js').Reporter>} parts.report
   */
  constructor({ binding, config, identity, threadId, profiler, capturer, report }) {
    this.#binding = binding;
    this.#config = config;
    this.#identity = identity;
    this.#threadId = threadId;
    this.#profiler = profiler;
    this.#capturer = capturer;
    this.#report = report;
    configureRedaction(/** @type {any} */ (config));
  }

  /** @param {boolean} userAborts Node was started with --abort-on-uncaught-exception */
  install(userAborts) {
    if (this.#config.capture !== 'off') {
      const wantsLocals = this.#capturer !== null && this.#config.capture !== 'stack';
      const handlers = {
        capture: wantsLocals ? () => this.#capture() : undefined,
        drop: () => {
          this.#pending = null;
        },
        abort: () => this.#writeBeforeAbort(),
      };
      const armed = this.#binding.armThrowHook(handlers, userAborts);
      this.#armed = armed ? '' : 'this Node lacks the throw hook (see loopdet doctor)';
    }
    process.on('uncaughtExceptionMonitor', (error, origin) => {
      try {
        this.#binding.ownWork(() => this.#onUncaught(error, origin));
      } catch (failure) {
        this.#report.failed('crash file', failure);
      }
    });
  }

  /** In the throw hook. @returns {string} '' or why there are no locals */
  #capture() {
    this.#pending = null;
    const capturer =
      /** @type {InstanceType<typeof import('../inspector/pause-capture.js').PauseCapture>} */ (
        this.#capturer
      );
    const why = capturer.whyNot();
    if (why) return why;
    try {
      this.#pending = capturer.take();
      return '';
    } catch (error) {
      return String(/** @type {Error} */ (error).message);
    }
  }

  /** @param {any} error @param {string} origin */
  #onUncaught(error, origin) {
    const rejected = origin === 'unhandledRejection';
    // A rejection comes long after its throw: what the hook holds is another exception's.
    const record = rejected ? null : JSON.parse(this.#binding.takeThrow());
    const raw = rejected ? null : this.#pending;
    this.#pending = null;
    const info = describeError(error);
    const context = this.#describe(
      rejected ? 'unhandledRejection' : 'uncaughtException',
      info,
      record,
      raw,
    );
    const write = () => this.#write(context);
    if (
      process.listenerCount('uncaughtException') === 0 &&
      !process.hasUncaughtExceptionCaptureCallback()
    ) {
      write();
    } else {
      this.#handled = {
        at: performance.now(),
        write: () => this.#write({ ...context, handled: true }),
      };
    }
  }

  /** The process exits. @param {number} code */
  onExit(code) {
    const handled = this.#handled;
    this.#handled = null;
    if (!handled || code === 0 || performance.now() - handled.at > HANDLED_MS) return;
    handled.write();
  }

  /**
   * @param {string} kind
   * @param {import('./error-info.js').ErrorInfo} error
   * @param {any} record of the throw hook, or null
   * @param {import('../inspector/pause-capture.js').Capture | null} raw
   */
  #describe(kind, error, record, raw) {
    const ofError = framesOfStack(parseStack(error.stack));
    const hasOwnFrames = (/** @type {{inApp: boolean}[]} */ frames) =>
      frames.some((frame) => frame.inApp);
    const common = { kind, error, handled: false };

    const captured = record?.mode === 'js' && raw ? framesOfCapture(raw) : [];
    // An exception that Node caught and throws again (EventTarget) shows only Node's own frames.
    if (captured.length > 0 && (hasOwnFrames(captured) || !hasOwnFrames(ofError))) {
      const capture = { mode: 'throw', reason: null, elapsedMs: record.elapsedMs };
      return { ...common, capture, frames: captured, raw, truncated: raw?.truncated ?? [] };
    }
    const native = framesOfStack(record?.stack ?? []);
    const frames =
      native.length > 0 && (hasOwnFrames(native) || !hasOwnFrames(ofError)) ? native : ofError;
    const capture = {
      mode: frames.length > 0 ? 'stack' : 'none',
      reason: this.#whyNoLocals(kind, record, captured.length > 0),
      elapsedMs: record?.elapsedMs ?? 0,
    };
    return { ...common, capture, frames, raw: null, truncated: [] };
  }

  /** @param {string} kind @param {any} record @param {boolean} rethrown */
  #whyNoLocals(kind, record, rethrown) {
    const { capture } = this.#config;
    if (capture === 'off' || capture === 'stack') return `LOOPDET_CAPTURE=${capture}`;
    if (kind === 'unhandledRejection')
      return 'the frames of a rejected promise are gone when it is reported';
    if (rethrown) return 'Node caught the exception and threw it again when its frames were gone';
    if (record?.reason) return record.reason;
    return (
      this.#armed ||
      'V8 did not predict that the exception would be uncaught (queueMicrotask, EventTarget)'
    );
  }

  #writeBeforeAbort() {
    const record = JSON.parse(this.#binding.takeThrow());
    const raw = this.#pending;
    this.#pending = null;
    // V8 aborts before anybody is given the error.
    const message =
      'not known: --abort-on-uncaught-exception ends the process before the error can be seen';
    const info = {
      name: null,
      message,
      stack: null,
      code: null,
      properties: {},
      cause: null,
      thrownValue: null,
    };
    this.#write(this.#describe('uncaughtException', info, record, raw));
  }

  /** @param {any} described */
  #write(described) {
    const stem = this.#binding.newStem(this.#threadId);
    const text = writeDocument({
      ...described,
      config: this.#config,
      header: () => this.#header(),
      native: (name) => JSON.parse(this.#binding.section(name)),
      profile: () => this.#profile(stem),
      began: performance.now(),
    });
    const file = this.#binding.writeFile('crash', stem, 'json', text);
    this.#report.file('crash', file, { kind: described.kind });
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
    if (!this.#profiler) return null;
    const profile = this.#profiler.take();
    const file = this.#binding.writeFile('CPU', stem, 'cpuprofile', JSON.stringify(profile));
    return { file: file.slice(file.lastIndexOf('/') + 1), ...summarise(profile) };
  }
}

/** The part of every file's header that does not change. @param {string} version of loopdet-addon */
function readIdentity(version) {
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
