'use strict';

const { joinCaptures } = require('./captures.js');
const { writeDocument } = require('./document.js');
const { summarise } = require('./profile-summary.js');
const { configureRedaction, learnCuts } = require('./redact.js');
const { describeAbort, describeCrash, describeReport } = require('./report.js');
const {
  hasUncaughtExceptionCaptureCallback,
  isNativeError,
  listenersOf,
  now,
  pid,
  uptime,
} = require('../builtins.js');
const { PauseCapture } = require('../inspector/pause-capture.js');

/** @typedef {import('../inspector/frame-reader.js').Capture} Capture */

// A program whose handler swallows an exception has handled it; one whose handler ends the process soon after with a
// failure has crashed, tidily.
const HANDLED_MS = 10000;

/** @param {object} error no Proxy */
function ownCode(error) {
  return Object.getOwnPropertyDescriptor(error, 'code')?.value;
}

/**
 * What it takes to write crash files, from the program's context.
 * @typedef {object} Parts
 * @property {any} binding
 * @property {string} config JSON
 * @property {string} identity JSON of the header's constant part
 * @property {number} threadId
 * @property {import('../io/sink.js').SinkParts} io
 * @property {{values: Set<string>, cuts: Map<string, number>}} redaction what has been cut so far
 * @property {InstanceType<typeof import('../events.js').Reporter>} report
 */

/**
 * Turns exceptions that end the program into crash files. It runs in a context of its own.
 */
class CrashRecorder {
  #binding;
  #config;
  #identity;
  #io;
  #threadId;
  #report;
  #redaction;
  /** @type {InstanceType<typeof PauseCapture> | null} */
  #capturer = null;
  /** Of the exception that is being thrown to the top. @type {Capture | null} */
  #pending = null;
  /** An exception that a handler of the program's was given. @type {{at: number, write: () => void} | null} */
  #handled = null;

  /** @param {Parts} parts */
  constructor({ binding, config, identity, threadId, io, redaction, report }) {
    this.#binding = binding;
    this.#config = JSON.parse(config);
    this.#identity = JSON.parse(identity);
    this.#threadId = threadId;
    this.#io = io;
    this.#report = report;
    this.#redaction = redaction;
    configureRedaction(this.#config);
  }

  /** @param {import('../inspector/exception-watch.js').Watched} watched */
  watchExceptions(watched) {
    this.#openCapturer().watchExceptions(watched);
  }

  startEnded() {
    this.#capturer?.startEnded();
  }

  stopWatching() {
    this.#capturer?.stopWatching();
  }

  /** No more crashes are told of. */
  close() {
    this.#capturer?.close();
    this.#pending = null;
    this.#handled = null;
  }

  #openCapturer() {
    this.#capturer ??= new PauseCapture(this.#binding, this.#config);
    return this.#capturer;
  }

  /** In the throw hook. @returns {string} '' or why there are no locals */
  capture() {
    this.#pending = null;
    try {
      const capturer = this.#openCapturer();
      const why = capturer.whyNot();
      if (!why) this.#pending = capturer.take();
      return why;
    } catch (error) {
      return String(/** @type {Error} */ (error).message);
    }
  }

  /** While the function that rejects still stands. @returns {Capture | null} */
  captureRejection() {
    try {
      const capturer = this.#openCapturer();
      return capturer.isAlone() ? capturer.take() : null;
    } catch {
      return null;
    }
  }

  /** The exception of the throw hook was caught after all. */
  drop() {
    this.#pending = null;
  }

  /** What the throw hook has captured is kept with the exception. */
  take() {
    const capture = this.#pending;
    this.#pending = null;
    return capture;
  }

  /** The program's handler of uncaught exceptions threw: the process ends. */
  handlerThrew() {
    this.#handled?.write();
  }

  /**
   * What was captured as promises were rejected for such a reason, or as a listener threw it.
   * @param {(reason: unknown) => boolean} isIt
   * @param {boolean} rejected
   * @returns {Capture[]}
   */
  #keptFor(isIt, rejected) {
    const taken = this.#binding.takeRejections();
    /** @type {{promise: Promise<any> | null, reason: unknown, capture: Capture}[]} */
    const kept = [];
    for (let i = 0; i < taken.length; i++) {
      if ((taken[i].promise !== null) === rejected) kept.push(taken[i]);
    }
    const own = kept.findLast(({ reason }) => isIt(reason));
    if (!own) return [];
    const same = kept.filter(({ reason }) => Object.is(reason, own.reason));
    return same.map(({ capture }) => capture);
  }

  /** @param {any} error @param {string} origin as process's uncaughtExceptionMonitor has them @param {string} unarmed */
  uncaught(error, origin, unarmed) {
    const rejected = origin === 'unhandledRejection';
    // A rejection comes long after its throw: what the hook holds is another exception's.
    const record = rejected ? null : JSON.parse(this.#binding.takeThrow());
    // Node has an error of its own for a reason that is none.
    const isNodes =
      rejected && isNativeError(error) && ownCode(error) === 'ERR_UNHANDLED_REJECTION';
    const isIt = (/** @type {unknown} */ reason) =>
      Object.is(reason, error) || (isNodes && !isNativeError(reason));
    const watched = this.#capturer?.exceptionSeen(isIt) ?? null;
    const captures = [...(watched ? [watched] : []), ...this.#keptFor(isIt, rejected)];
    const seen = captures.length > 0 ? joinCaptures(captures) : null;
    const raw = rejected ? seen : (seen ?? this.#pending);
    this.#pending = null;
    const kind = rejected ? 'unhandledRejection' : 'uncaughtException';
    const mode = this.#modeOf(watched !== null, rejected);
    const crash = { kind, error, record, raw, seen: seen !== null, mode, unarmed };
    const describe = () => describeCrash({ ...crash, config: this.#config });
    if (listenersOf('uncaughtException') === 0 && !hasUncaughtExceptionCaptureCallback()) {
      this.#write(describe());
      return;
    }
    this.#binding.handlerBegins();
    this.#handled = {
      at: now(),
      // Described only if it is written: a program may survive thousands.
      write: () => {
        this.#handled = null;
        this.#write({ ...describe(), handled: true });
      },
    };
  }

  /** @param {boolean} watched it was read as it was thrown @param {boolean} rejected @returns {string} the crash file's `capture.mode` */
  #modeOf(watched, rejected) {
    if (watched) return this.#config.capture === 'always' ? 'always' : 'throw';
    return rejected ? 'reject' : 'throw';
  }

  /** The process exits. @param {number} code */
  onExit(code) {
    const handled = this.#handled;
    if (!handled || code === 0 || now() - handled.at > HANDLED_MS) return;
    handled.write();
  }

  /** @param {string} unarmed why the throw hook is not armed; '' when it is */
  writeBeforeAbort(unarmed) {
    const record = JSON.parse(this.#binding.takeThrow());
    const raw = this.#pending;
    this.#pending = null;
    this.#write(describeAbort({ record, raw, config: this.#config, unarmed }));
  }

  /** What there is to know, of a program that goes on. @param {string} reason a sentence @returns {string} the file */
  writeReport(reason) {
    return this.#write(describeReport(reason, JSON.parse(this.#binding.section('stack'))));
  }

  /** @param {import('./report.js').Described} described @returns {string} the file */
  #write(described) {
    const stem = this.#binding.newStem(this.#threadId);
    let profile = null;
    const summary = () => {
      profile = this.#binding.takeProfile();
      return profile && { file: this.#report.profileName(stem), ...summarise(JSON.parse(profile)) };
    };
    learnCuts(this.#redaction);
    const text = writeDocument({
      ...described,
      config: this.#config,
      header: () => this.#header(),
      native: (/** @type {string} */ name) => JSON.parse(this.#binding.section(name)),
      profile: summary,
      io: this.#io,
      began: now(),
    });
    const file = this.#binding.writeFile('crash', stem, 'json', text);
    this.#report.file('crash', file, { kind: described.kind });
    // Flushing takes a while, and this is what is looked for first.
    if (profile) this.#report.profile(stem, profile);
    // A worker's end is not the process's, and a report is nobody's.
    if (this.#threadId === 0 && described.kind !== 'manual') this.#binding.crashed();
    return file;
  }

  #header() {
    return {
      dumpEventTime: new Date().toISOString(),
      ...this.#identity,
      processId: pid,
      threadId: this.#threadId,
      uptimeMs: Math.round(uptime() * 1000),
      container: JSON.parse(this.#binding.section('container')),
    };
  }
}

module.exports = { CrashRecorder };
