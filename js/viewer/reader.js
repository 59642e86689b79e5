/** The server's side of reader-process.js: a file that is read in a process of its own. */

const { fork } = require('node:child_process');
const path = require('node:path');

const PROCESS = path.join(__dirname, 'reader-process.js');
// What a file of 128 MB becomes.
const OPTIONS = ['--max-old-space-size=3072', '--no-warnings'];

/**
 * A client of a crash's protocol.
 * @typedef {{receive: (text: string) => void, close: () => void}} Session
 */

class Reader {
  /** @type {Map<number, {resolve: (answer: any) => void, reject: (error: Error) => void}>} */
  #questions = new Map();
  /** @type {Map<number, {send: (text: string) => void, ended: () => void}>} */
  #sessions = new Map();
  #child;
  #last = 0;
  #hasEnded = false;

  /**
   * @param {string} file
   * @param {{mayReadFiles: boolean}} options
   * @param {() => void} ended called when it can answer no more
   */
  constructor(file, { mayReadFiles }, ended) {
    this.#child = fork(PROCESS, [file, String(mayReadFiles)], {
      execArgv: OPTIONS,
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.on('message', (message) => this.#take(message));
    this.#child.on('error', () => {});
    this.#child.once('exit', () => {
      this.#hasEnded = true;
      const why = new Error(`${path.basename(file)} cannot be read: it takes too much memory`);
      for (const { reject } of this.#questions.values()) reject(why);
      for (const session of this.#sessions.values()) session.ended();
      ended();
    });
  }

  get isIdle() {
    return this.#sessions.size === 0 && this.#questions.size === 0;
  }

  /** @param {any} message */
  #take({ id, answer, error, session, text }) {
    if (session !== undefined) return this.#sessions.get(session)?.send(text);
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    if (error === undefined) question?.resolve(answer);
    else question?.reject(new Error(error));
  }

  /** @param {Record<string, any>} message @returns {Promise<any>} */
  #ask(message) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#questions.set(id, { resolve, reject });
      this.#say({ id, ...message });
    });
  }

  /** @param {Record<string, any>} message */
  #say(message) {
    if (!this.#hasEnded) this.#child.send(message, () => {});
  }

  /** @param {Omit<import('./pages/crash').Shown, 'loaded'>} shown @returns {Promise<string>} HTML */
  page(shown) {
    return this.#ask({ ask: 'page', shown });
  }

  /**
   * @param {(text: string) => void} send to the client
   * @param {() => void} ended called if the reader ends before the client
   * @returns {Promise<Session>}
   */
  async open(send, ended) {
    const session = ++this.#last;
    this.#sessions.set(session, { send, ended });
    const close = () => {
      this.#sessions.delete(session);
      this.#say({ ask: 'close', session });
    };
    try {
      await this.#ask({ ask: 'open', session });
    } catch (error) {
      close();
      throw error;
    }
    return { receive: (text) => this.#say({ session, text }), close };
  }

  close() {
    this.#child.kill('SIGKILL');
  }
}

module.exports = { Reader };
