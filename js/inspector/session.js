'use strict';

// The only file that requires the inspector. The session lives in this process: no port is opened.

/** @type {typeof import('node:inspector') | null | undefined} undefined: not asked for yet */
let inspector;

function load() {
  if (inspector !== undefined) return inspector;
  try {
    inspector = /** @type {typeof import('node:inspector')} */ (require('node:inspector'));
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
 * One in-process session. `post` is synchronous: V8 answers before it returns.
 */
class Session {
  #session;

  constructor() {
    const loaded = load();
    if (!loaded) throw new Error(whyUnavailable());
    this.#session = new loaded.Session();
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
    this.#session.post(method, params, (/** @type {any} */ error, /** @type {any} */ value) => {
      failure = error;
      result = value;
    });
    if (failure) throw new Error(`${method}: ${failure.message}`);
    return result;
  }

  disconnect() {
    this.#session.disconnect();
  }

  /** @param {string} event @param {(params: any) => void} listener */
  on(event, listener) {
    this.#session.on(event, (/** @type {{params: any}} */ message) => listener(message.params));
  }
}

module.exports = { Session, whyUnavailable, isDebuggerAttached };
