'use strict';

// The only file that loads the inspector. The session lives in this process: no port is opened.
const { adopt } = require('../adopt.js');
const { apply, isLoaded, loadBuiltin, withBuiltins } = require('../builtins.js');

/** @type {typeof import('node:inspector') | null | undefined} undefined: not asked for yet */
let inspector;
/** The program had loaded it before us. */
let isShared = false;

function load() {
  if (inspector !== undefined) return inspector;
  isShared = isLoaded('inspector');
  try {
    inspector = withBuiltins(() => loadBuiltin('node:inspector'));
  } catch {
    inspector = null;
  }
  return inspector;
}

/** Why there is no inspector; '' when there is one. */
function whyUnavailable() {
  return load() ? '' : 'this Node has no inspector';
}

/** Whether a debugger outside the process is attached or may attach: it would stop at our pauses. */
function isDebuggerAttached() {
  return load()?.url() !== undefined;
}

/**
 * Whether the program, too, may have sessions, which our pauses would reach: error reporters and coverage tools load the
 * inspector as they start.
 */
function isSharedWithProgram() {
  load();
  return isShared;
}

/**
 * One in-process session. `post` is synchronous: V8 answers before it returns.
 */
class Session {
  #session;
  /** @type {Record<string, (params: any) => void>} */
  #listeners = { __proto__: /** @type {any} */ (null) };

  constructor() {
    const loaded = load();
    if (!loaded) throw new Error(whyUnavailable());
    this.#session = withBuiltins(() => new loaded.Session());
    // In place of EventEmitter's, which tools replace: nothing of theirs runs while the program stands still.
    /** @type {any} */ (this.#session).emit = (
      /** @type {string} */ event,
      /** @type {any} */ message,
    ) => {
      this.#listeners[event]?.(message.params);
      return true;
    };
    this.#session.connect();
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @returns {any} the result
   * @throws {Error} what the inspector answered instead
   */
  post(method, params) {
    /** @type {any} */
    let result;
    /** @type {any} */
    let failure = null;
    const { post } = this.#session;
    apply(post, this.#session, [
      method,
      params,
      (/** @type {any} */ error, /** @type {any} */ value) => {
        failure = error;
        result = value;
      },
    ]);
    if (failure) throw new Error(`${method}: ${failure.message}`);
    return adopt(result);
  }

  disconnect() {
    this.#session.disconnect();
  }

  /** One listener for each event; what it is given is of the program's context. @param {string} event @param {(params: any) => void} listener */
  on(event, listener) {
    this.#listeners[event] = listener;
  }
}

module.exports = { Session, whyUnavailable, isDebuggerAttached, isSharedWithProgram };
