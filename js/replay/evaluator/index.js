/**
 * Evaluates what a client types, on the recorded values of a dead process, in a process of its own: see child.js. It is
 * started by the first request, and ended when it was not asked for a while, does not answer or says too much.
 */

const { spawn } = require('node:child_process');
const path = require('node:path');
const { ProtocolError } = require('../protocol-error');

const CHILD = path.join(__dirname, 'child.js');
// An evaluation gives up after 2 s by itself, unless it is in a native call.
const ANSWER_MS = 5000;
// Reading the file, and making its objects.
const START_MS = 20_000;
const IDLE_MS = 60_000;
const MAX_ANSWER = 64 * 1024 * 1024;
const MAX_WAITING = 1000;

const OPTIONS = [
  // Of Node's own context, should anything ever reach it; the replica's may.
  '--disallow-code-generation-from-strings',
  '--no-warnings',
  // A file of 50 MB becomes 400 MB of objects.
  '--max-old-space-size=1024',
];

class EvaluatorProcess {
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;
  /** @type {{text: string, resolve: (answer: any) => void, reject: (error: Error) => void}[]} */
  #waiting = [];
  /** @type {string[]} the parts of an answer so far */
  #parts = [];
  #length = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {import('../session').PausedProcess} process
   * @param {string} file that it was read from: the evaluator reads it itself
   */
  constructor(process, file) {
    this.process = process;
    this.#file = file;
  }

  #file;

  /**
   * @param {Record<string, any>} request {method, params, frame?}
   * @returns {Promise<any>} the result, as the protocol has it
   */
  async ask(request) {
    if (this.#waiting.length >= MAX_WAITING)
      throw new ProtocolError('Too many evaluations at once');
    if (!this.#child) this.#start();
    const { result, error } = await this.#post(JSON.stringify(request));
    if (error) throw new ProtocolError(error);
    return this.#withRecorded(result);
  }

  #start() {
    const child = spawn(process.execPath, [...OPTIONS, CHILD, this.#file], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {},
      cwd: '/',
    });
    this.#child = child;
    child.stdin?.on('error', () => {});
    child.stdout?.setEncoding('utf8').on('data', (text) => this.#read(child, text));
    child.on('error', () => this.#end(child, 'The evaluator could not be started'));
    child.on('exit', () => this.#end(child, 'The evaluation ended its process'));
    // Its first answer is whether it can.
    this.#post('').then(
      ({ error }) => error && this.#end(child, `Nothing can be evaluated here: ${error}`),
      () => {},
    );
  }

  /** @param {string} text one line @returns {Promise<any>} the answer */
  #post(text) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject });
      if (this.#waiting.length === 1) this.#send();
    });
  }

  /** One at a time, so that each has all of its time. */
  #send() {
    clearTimeout(this.#timer);
    const child = this.#child;
    const [next] = this.#waiting;
    if (next?.text) child?.stdin?.write(`${next.text}\n`);
    const limit = next?.text === '' ? START_MS : ANSWER_MS;
    const why = `The evaluation took longer than ${limit / 1000} s and was ended`;
    this.#timer = setTimeout(() => this.#end(child, why), next ? limit : IDLE_MS).unref();
  }

  /** @param {import('node:child_process').ChildProcess} child @param {string} text */
  #read(child, text) {
    if (child !== this.#child) return;
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length > MAX_ANSWER) return this.#end(child, 'The result is too large to be shown');
    if (!text.endsWith('\n')) return;
    const line = this.#parts.join('');
    this.#parts = [];
    this.#length = 0;
    const answered = this.#waiting.shift();
    answered?.resolve(JSON.parse(line));
    this.#send();
  }

  /** @param {import('node:child_process').ChildProcess | null} child @param {string} why */
  #end(child, why) {
    if (child !== this.#child) return;
    this.#child = null;
    clearTimeout(this.#timer);
    this.#parts = [];
    this.#length = 0;
    child?.kill('SIGKILL');
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new ProtocolError(why));
  }

  /** What was recorded is shown as it was recorded. @param {any} answer */
  #withRecorded(answer) {
    const { result, exceptionDetails } = answer;
    const recorded = (/** @type {any} */ remote) =>
      this.process.remotes.get(remote?.objectId) ?? remote;
    if (exceptionDetails) exceptionDetails.exception = recorded(exceptionDetails.exception);
    if (!Array.isArray(result)) return { ...answer, result: recorded(result) };
    for (const property of result) {
      if (property.value) property.value = recorded(property.value);
    }
    return answer;
  }

  close() {
    this.#end(this.#child, 'The client is gone');
  }
}

module.exports = { EvaluatorProcess };
