'use strict';

const { now, ownFolder } = require('../builtins.js');

/** @typedef {import('./frame-reader.js').Capture} Capture */

/**
 * @typedef {object} Watched
 * @property {boolean} start whether the exceptions of the program's start are read, caught or not: an ES module's, or a
 *   worker's, which Node catches and throws again when their frames are gone
 * @property {boolean} always whether those that V8 predicts that nobody will catch are read then, for good
 * @property {string | null} entry URL of the module whose evaluation ends the start, if its end is not known otherwise
 * @property {() => void} onStarted that module has been evaluated, or it takes too long
 * @property {(body: () => void, ms: number) => void} whenTurned runs it when the loop turns after so long
 */

// A start that throws more than this catches them, and is not waiting for us: how many are read, and how many may pause it at
// all, which takes a millisecond or more.
const MAX_AT_START = 20;
const MAX_PAUSES_AT_START = 60;
// A module that waits at its top level may do so for ever.
const MAX_START_MS = 10000;
// An error is known for what it is by when it has gone up to the top: not many others are thrown meanwhile.
const KEPT = 4;
// Milliseconds that may be spent at once, and of each millisecond; and how long nothing is read when they are used up.
const BURST_MS = 100;
const SHARE = 0.02;
const REST_MS = 1000;

/**
 * Reads exceptions as they are thrown, of a session whose debugger is on.
 */
class ExceptionWatch {
  #session;
  #reader;
  #watched;
  #quietly;
  #isStart;
  #readAtStart = 0;
  #pausesAtStart = 0;
  #budgetMs = BURST_MS;
  #budgetAt = now();
  #stopped = false;
  #entryBegan = false;
  /** Oldest first. @type {{reason: unknown, capture: Capture}[]} */
  #seen = [];

  /**
   * @param {InstanceType<typeof import('./session.js').Session>} session
   * @param {InstanceType<typeof import('./frame-reader.js').FrameReader>} reader
   * @param {Watched} watched
   * @param {(body: () => void) => void} quietly runs what reads a pause
   */
  constructor(session, reader, watched, quietly) {
    this.#quietly = quietly;
    this.#session = session;
    this.#reader = reader;
    this.#watched = watched;
    this.#isStart = watched.start;
    this.#pauseOn(watched.start ? 'all' : 'uncaught');
    if (!watched.start) return;
    if (watched.entry) {
      const { entry: url } = watched;
      session.post('Debugger.setBreakpointByUrl', { url, lineNumber: 0, columnNumber: 0 });
    }
    this.#watched.whenTurned(() => {
      if (this.#isStart && !this.#stopped) this.#watched.onStarted();
    }, MAX_START_MS);
  }

  /** @param {'all' | 'uncaught' | 'none'} state */
  #pauseOn(state) {
    this.#session.post('Debugger.setPauseOnExceptions', { state });
  }

  /** @returns {boolean} whether it goes on */
  startEnded() {
    if (!this.#watched.always) return false;
    if (!this.#isStart) return true;
    this.#isStart = false;
    this.#pauseOn('uncaught');
    return true;
  }

  /** The debugger is about to be off. */
  stop() {
    this.#stopped = true;
  }

  /** @param {any} params of Debugger.paused */
  paused(params) {
    if (params.hitBreakpoints?.length > 0) {
      return this.#breaks(params.hitBreakpoints, params.callFrames[0]);
    }
    if (this.#isStart && ++this.#pausesAtStart === MAX_PAUSES_AT_START) this.#pauseOn('none');
    if (params.data === undefined || !this.#isOfProgram(params) || !this.#mayRead()) return;
    const began = now();
    this.#quietly(() => {
      const reason = this.#reader.errorOf(params.data);
      this.#seen.push({ reason, capture: this.#reader.read(params, began) });
      if (this.#seen.length > KEPT) this.#seen.shift();
    });
    this.#budgetMs -= now() - began;
  }

  /**
   * Of the module's evaluation: first where it begins, then where it ends.
   * @param {string[]} breakpoints
   * @param {any} frame
   */
  #breaks(breakpoints, { location: { scriptId, lineNumber, columnNumber } }) {
    for (let i = 0; i < breakpoints.length; i++) {
      const breakpointId = breakpoints[i];
      this.#session.post('Debugger.removeBreakpoint', { breakpointId });
    }
    if (this.#entryBegan) return this.#watched.onStarted();
    this.#entryBegan = true;
    const { locations } = this.#session.post('Debugger.getPossibleBreakpoints', {
      start: { scriptId, lineNumber: 0, columnNumber: 0 },
      restrictToFunction: true,
    });
    const end = locations.at(-1);
    // One that only imports has a single place to pause at, its end: it is there now.
    const isThere = end?.lineNumber === lineNumber && end?.columnNumber === columnNumber;
    if (!end || isThere) this.#watched.onStarted();
    else this.#session.post('Debugger.setBreakpoint', { location: { ...end, type: undefined } });
  }

  /** Node looks for files by trying, and catches what is not there. @param {any} params */
  #isOfProgram({ callFrames }) {
    for (let i = 0; i < callFrames.length; i++) {
      const url = this.#reader.urlOf(callFrames[i].location.scriptId);
      if (url !== '' && !url.startsWith('node:') && !url.startsWith(ownFolder())) return true;
    }
    return false;
  }

  #mayRead() {
    if (this.#isStart) return ++this.#readAtStart <= MAX_AT_START;
    const at = now();
    this.#budgetMs = Math.min(BURST_MS, this.#budgetMs + (at - this.#budgetAt) * SHARE);
    this.#budgetAt = at;
    if (this.#budgetMs > 0) return true;
    // A pause costs time even if nothing is read.
    this.#pauseOn('none');
    this.#watched.whenTurned(() => {
      if (!this.#stopped) this.#pauseOn('uncaught');
    }, REST_MS);
    return false;
  }

  /** @param {(reason: unknown) => boolean} isIt @returns {Capture | null} the newest for such a value */
  seen(isIt) {
    return this.#seen.findLast(({ reason }) => isIt(reason))?.capture ?? null;
  }
}

module.exports = { ExceptionWatch };
