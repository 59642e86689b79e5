'use strict';

const { ExceptionWatch } = require('./exception-watch.js');
const { FrameReader } = require('./frame-reader.js');
const {
  Session,
  isDebuggerAttached,
  isSharedWithProgram,
  whyUnavailable,
} = require('./session.js');
const { now, withBuiltins } = require('../builtins.js');

/** @typedef {import('./frame-reader.js').Capture} Capture */

// What the inspector lists before anything can be read of it (Node 20: 8; Node 26: 14).
const FRAMES_PER_MS = 4;
// V8's words for a method that needs a pause.
const NOT_PAUSED = /only perform operation while paused/;

/**
 * Stops this thread for a moment and reads every frame with its variables. Made for the throw hook: `take` must be called
 * synchronously from there, while the stack that throws still stands.
 */
class PauseCapture {
  /** @type {InstanceType<typeof Session> | null} */
  #session = null;
  /** @type {InstanceType<typeof FrameReader> | null} */
  #reader = null;
  /** @type {InstanceType<typeof ExceptionWatch> | null} */
  #watch = null;
  /** @type {((params: any) => void) | null} */
  #onPaused = null;
  /** Whatever asks for the stack of an error now is our doing. */
  #refuse = false;
  #guard = () => this.#refuse || this.#isPaused();
  #binding;
  #config;

  /** @param {any} binding @param {{captureMaxMs: number, captureMaxBytes: number, captureDepth: number}} config */
  constructor(binding, config) {
    this.#binding = binding;
    this.#config = config;
  }

  /** Why no capture can be taken now; '' if one can. */
  whyNot() {
    if (whyUnavailable()) return whyUnavailable();
    if (isDebuggerAttached()) return 'a debugger is attached: a pause of ours would stop in it';
    const most = this.#config.captureMaxMs * FRAMES_PER_MS;
    return this.#binding.isDeeperThan(most)
      ? `the stack has more than ${most} frames: the inspector would take longer than LOOPDET_CAPTURE_MAX_MS to list them`
      : '';
  }

  /** Whether a pause, of a program that goes on, would reach nobody else. */
  isAlone() {
    return !this.whyNot() && !isSharedWithProgram();
  }

  /** @returns {{session: InstanceType<typeof Session>, reader: InstanceType<typeof FrameReader>}} */
  #open() {
    if (this.#session && this.#reader) return { session: this.#session, reader: this.#reader };
    const session = new Session();
    const reader = new FrameReader(this.#binding, this.#config, session);
    session.on('Debugger.paused', (params) => {
      if (this.#onPaused) this.#onPaused(params);
      else this.#watch?.paused(params);
    });
    this.#session = session;
    this.#reader = reader;
    return { session, reader };
  }

  /** Runs `body`, in which no stack is formatted. @param {() => void} body */
  #refusing(body) {
    const before = this.#refuse;
    this.#refuse = true;
    try {
      withBuiltins(body);
    } finally {
      this.#refuse = before;
    }
  }

  /** @returns {Capture} @throws {Error} when the inspector gave no frames */
  take() {
    return withBuiltins(() => this.#take());
  }

  /** @returns {Capture} */
  #take() {
    const began = now();
    const { session, reader } = this.#open();
    /** @type {Capture | null} */
    let capture = null;
    this.#onPaused = (params) => {
      this.#onPaused = null;
      capture = reader.read(params, began, now());
    };
    try {
      this.#refuse = true;
      this.#binding.guardStacks(this.#guard);
      if (!this.#watch) this.#enable(session);
      // biome-ignore lint/suspicious/noDebugger: this is the pause
      debugger;
    } finally {
      this.#onPaused = null;
      if (!this.#watch) this.#close();
      this.#refuse = false;
      if (!this.#watch) this.#binding.guardStacks(null);
    }
    if (!capture) throw new Error('the inspector did not pause');
    return capture;
  }

  /** Whether the inspector is about to tell of a pause: it names the exception first. */
  #isPaused() {
    if (!this.#watch) return false;
    try {
      this.#session?.post('Debugger.evaluateOnCallFrame', { callFrameId: '', expression: '0' });
    } catch (error) {
      return !NOT_PAUSED.test(/** @type {Error} */ (error).message);
    }
    return false;
  }

  /** @param {InstanceType<typeof Session>} session */
  #enable(session) {
    this.#binding.enableDebugger(() => session.post('Debugger.enable'));
  }

  #close() {
    this.#session?.post('Debugger.disable');
    this.#binding.debuggerDisabled();
    this.#session?.post('Runtime.releaseObjectGroup', { objectGroup: 'backtrace' });
    this.#reader?.forget();
  }

  /**
   * From now on reads exceptions as they are thrown. The debugger is on meanwhile, which makes promises slow.
   * @param {import('./exception-watch.js').Watched} watched
   */
  watchExceptions(watched) {
    if (!this.isAlone() || !this.#binding.knowsHeapLimit()) return;
    if (!this.#binding.guardStacks(this.#guard)) return;
    const { session, reader } = this.#open();
    this.#enable(session);
    reader.findGive();
    this.#watch = new ExceptionWatch(session, reader, watched, (body) => this.#refusing(body));
  }

  stopWatching() {
    if (!this.#watch) return;
    this.#watch.stop();
    this.#watch = null;
    this.#close();
    this.#binding.guardStacks(null);
    // It takes memory, and most programs never need another.
    this.close();
  }

  close() {
    this.stopWatching();
    this.#session?.disconnect();
    this.#session = null;
    this.#reader = null;
  }

  /** The program's start is over. */
  startEnded() {
    if (this.#watch && !this.#watch.startEnded()) this.stopWatching();
  }

  /**
   * What was read when this very value was thrown.
   * @param {(reason: unknown) => boolean} isIt
   * @returns {Capture | null}
   */
  exceptionSeen(isIt) {
    return this.#watch?.seen(isIt) ?? null;
  }
}

module.exports = { PauseCapture };
