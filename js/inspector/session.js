'use strict';

// The only file that requires the inspector. The session lives in this process: no port is opened.

/** @type {import('node:inspector') | null} */
let inspector = null;
let reason = '';
try {
  inspector = require('node:inspector');
} catch {
  reason = 'this Node was built without the inspector';
}

/** Why there is no inspector; '' when there is one. */
function whyUnavailable() {
  return reason;
}

/** Whether a debugger outside the process is attached or may attach: it would stop at our pauses. */
function isDebuggerAttached() {
  return inspector?.url() !== undefined;
}

/**
 * One in-process session. `post` is synchronous: V8 answers before it returns.
 */
class Session {
  #session;

  constructor() {
    if (!inspector) throw new Error(reason);
    this.#session = new inspector.Session();
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

  /** @param {string} event @param {(params: any) => void} listener */
  on(event, listener) {
    this.#session.on(event, (/** @type {{params: any}} */ message) => listener(message.params));
  }

  disconnect() {
    this.#session.disconnect();
  }
}

module.exports = { Session, whyUnavailable, isDebuggerAttached };
