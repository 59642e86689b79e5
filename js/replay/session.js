/**
 * One client of a replay: answers what DevTools, `node inspect` and others ask of a process that is paused. Every request
 * is answered, also one that nobody knows: a front end waits for each.
 */

const { DOMAINS } = require('./domains');
const { ProtocolError } = require('./protocol-error');

const NOT_FOUND = -32601;
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const SERVER_ERROR = -32000;

/** @typedef {InstanceType<typeof import('./paused-process').PausedProcess>} PausedProcess */

/**
 * What evaluates for this client.
 * @typedef {object} Evaluator
 * @property {(request: Record<string, any>) => Promise<any>} ask
 * @property {() => void} close
 */

class ReplaySession {
  /** Which domains the client has enabled. @type {Set<string>} */
  enabled = new Set();
  /** The debugger's id, as V8 has one. */
  debuggerId = '0.1';

  /**
   * @param {PausedProcess} process
   * @param {Evaluator} evaluator
   * @param {(text: string) => void} send to the client
   */
  constructor(process, evaluator, send) {
    this.process = process;
    this.evaluator = evaluator;
    this.#send = send;
  }

  #send;

  /** @param {string} method @param {object} params */
  event(method, params) {
    this.#send(JSON.stringify({ method, params }));
  }

  /** @param {string} text from the client: anything */
  async receive(text) {
    let request;
    try {
      request = JSON.parse(text);
    } catch {
      return this.#fail(null, PARSE_ERROR, 'Message must be a valid JSON');
    }
    const { id, method, params } = request ?? {};
    if (!Number.isInteger(id) || typeof method !== 'string') {
      return this.#fail(
        Number.isInteger(id) ? id : null,
        INVALID_REQUEST,
        "Message must have an integer 'id' and a string 'method'",
      );
    }
    const handler = Object.hasOwn(DOMAINS, method) ? DOMAINS[method] : undefined;
    if (!handler) return this.#fail(id, NOT_FOUND, `'${method}' wasn't found`);
    const given = typeof params === 'object' && params !== null ? params : {};
    try {
      const answer = handler(this, given);
      // Not awaited if it need not be: what comes after it may depend on its order.
      const result = answer instanceof Promise ? await answer : answer;
      this.#send(JSON.stringify({ id, result: result ?? {} }));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      const code = error instanceof ProtocolError ? error.code : SERVER_ERROR;
      this.#fail(id, code, message);
    }
  }

  /** @param {number | null} id @param {number} code @param {string} message */
  #fail(id, code, message) {
    this.#send(JSON.stringify({ ...(id === null ? {} : { id }), error: { code, message } }));
  }

  close() {
    this.evaluator.close();
  }
}

module.exports = { ReplaySession };
