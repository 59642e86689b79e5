/** Speaks with the inspector of another process. */

const http = require('node:http');
const WebSocket = require('ws');

const REQUEST_MS = 2000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Tries again, with longer and longer pauses.
 * @template T
 * @param {() => T | Promise<T>} attempt throws, or answers undefined, if it is to be tried again
 * @param {number} until of Date.now()
 * @returns {Promise<T | undefined>} undefined, or the last error: it never worked
 */
async function retry(attempt, until) {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const isLast = Date.now() + pause > until;
    try {
      const result = await attempt();
      if (result !== undefined || isLast) return result;
    } catch (error) {
      if (isLast) throw error;
    }
    await sleep(pause);
  }
}

/** @param {{host: string, port: number}} address @returns {Promise<any[]>} its targets, of which Node has one */
function listTargets({ host, port }) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host, port, path: '/json/list', timeout: REQUEST_MS, agent: false });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => {
        try {
          const targets = JSON.parse(text);
          if (!Array.isArray(targets)) throw new Error('no list');
          resolve(targets);
        } catch {
          reject(new Error('what listens there is no inspector of Node.js'));
        }
      });
      response.on('error', reject);
    });
  });
}

/** @param {{host: string, port: number}} address */
async function isInspector(address) {
  const targets = await listTargets(address).catch(() => []);
  return targets.some((one) => typeof one?.webSocketDebuggerUrl === 'string');
}

/**
 * A thread of the process.
 * @typedef {object} Thread
 * @property {number} id 0 is the main thread
 * @property {string} title
 * @property {(method: string, params?: object) => Promise<any>} call
 */

class InspectorClient {
  #socket;
  #lastId = 0;
  /** @type {Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  /** @type {Map<string, Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>>} */
  #workers = new Map();
  /** @type {Thread[]} */
  #threads = [];
  closed;

  /** @param {WebSocket} socket that is open */
  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (text) => this.#take(String(text)));
    this.closed = /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        socket.on('close', () => {
          for (const waiting of [this.#waiting, ...this.#workers.values()]) {
            for (const { reject } of waiting.values()) reject(connectionClosed());
          }
          resolve();
        });
      })
    );
    socket.on('error', () => {});
  }

  /** @param {{host: string, port: number}} address @returns {Promise<InspectorClient>} */
  static async connect(address) {
    const [target] = await listTargets(address);
    if (!target?.webSocketDebuggerUrl) {
      throw new Error('a debugger is attached already, and this Node has room for one only');
    }
    // As it calls itself: another host's port may have been forwarded to ours.
    const url = new URL(target.webSocketDebuggerUrl);
    url.hostname = address.host;
    url.port = String(address.port);
    const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: REQUEST_MS });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const client = new InspectorClient(socket);
    // Not awaited: its loop may stand still.
    client.call('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }).catch(() => {});
    return client;
  }

  /** @param {string} text */
  #take(text) {
    const message = JSON.parse(text);
    if (message.id !== undefined) return this.#answer(this.#waiting, message);
    // It is about to end, and waits for us: whatever else was asked will not be answered.
    if (message.method === 'NodeRuntime.waitingForDisconnect') return this.close();
    const { sessionId, workerInfo } = message.params ?? {};
    if (message.method === 'NodeWorker.attachedToWorker') this.#add(sessionId, workerInfo);
    if (message.method === 'NodeWorker.receivedMessageFromWorker') {
      const waiting = this.#workers.get(sessionId);
      if (waiting) this.#answer(waiting, JSON.parse(message.params.message));
    }
  }

  /**
   * @param {Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>} waiting
   * @param {any} message
   */
  #answer(waiting, { id, result, error }) {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  }

  /** @param {string} sessionId @param {{workerId: string, title: string, url: string}} worker */
  #add(sessionId, { workerId, title, url }) {
    /** @type {Map<number, {resolve: (result: any) => void, reject: (error: Error) => void}>} */
    const waiting = new Map();
    this.#workers.set(sessionId, waiting);
    const call = (/** @type {string} */ method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++this.#lastId;
        waiting.set(id, { resolve, reject });
        const message = JSON.stringify({ id, method, params });
        this.call('NodeWorker.sendMessageToWorker', { sessionId, message }).catch(reject);
      });
    this.#threads.push({ id: Number(workerId), title: url || title, call });
  }

  /** @param {string} method @param {object} [params] @returns {Promise<any>} of the main thread */
  call(method, params = {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }), (error) => {
        // It is closing, and has not said so yet.
        if (error) reject(connectionClosed());
      });
    });
  }

  /** The workers that there are. @returns {Promise<Thread[]>} */
  async workers() {
    // Answered when it has told of those.
    await this.call('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return this.#threads;
  }

  close() {
    this.#socket.close();
  }
}

function connectionClosed() {
  return new Error('the inspector has closed the connection');
}

/** @param {Thread['call']} call @param {string} expression @returns {Promise<any>} its value */
async function evaluate(call, expression) {
  const { result, exceptionDetails } = await call('Runtime.evaluate', {
    expression,
    includeCommandLineAPI: true,
    returnByValue: true,
  });
  if (!exceptionDetails) return result.value;
  const description = String(exceptionDetails.exception?.description ?? exceptionDetails.text);
  throw new Error(description.split('\n')[0].replace(/^\w*Error(?: \[\w+\])?: /, ''));
}

module.exports = { InspectorClient, evaluate, isInspector, retry, sleep };
