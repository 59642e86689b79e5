/**
 * The process that evaluates for one client of a replay: `child.js FILE`. It reads the crash file, says that it is ready,
 * and then answers one line of JSON for each that it reads. What is typed runs in a context that holds nothing of Node's, in a process to which
 * the kernel gives no file, socket or process any more (addon/core/host/lockdown.h); the parent kills what does not answer.
 */

const fs = require('node:fs');
const vm = require('node:vm');
const { loadBinding } = require('../../binding.js');
const { isBox, readBox } = require('../../cli/black-box');
const { Session } = require('../../inspector/session.js');
const { readFile } = require('../crash-file');
const { PausedProcess } = require('../paused-process');
const { rebuild } = require('./rebuild');

const MAX_MS = 2000;
/** What a client may ask for with what it evaluates. */
const FLAGS = [
  'objectGroup',
  'silent',
  'returnByValue',
  'generatePreview',
  'throwOnSideEffect',
  'serializationOptions',
];
const OWN_GROUP = 'loopdet';
const EVALUATED = 'evaluated:';

/** @param {Record<string, any>} params */
function flagsOf(params) {
  return Object.fromEntries(
    FLAGS.filter((name) => params[name] !== undefined).map((name) => [name, params[name]]),
  );
}

class Replica {
  #session = new Session();
  #contextId = 0;
  /** The rebuilt objects: what `rebuild` answered. */
  #rebuilt = '';

  /** @param {InstanceType<typeof PausedProcess>} paused */
  constructor(paused) {
    /** @type {Map<string, number>} */
    const contexts = new Map();
    this.#session.on('Runtime.executionContextCreated', ({ context }) =>
      contexts.set(context.name, context.id),
    );
    this.#session.post('Runtime.enable');
    this.#session.post('Debugger.enable');
    // An object of Node's own context would be a way out of this one.
    const given = Object.create(null);
    given.recorded = JSON.stringify({
      objects: paused.reachable(),
      frames: paused.callFrames.map((frame) => ({
        scopes: frame.scopeChain
          .filter((/** @type {any} */ { type }) => type !== 'global')
          .map((/** @type {any} */ { object }) => object.objectId),
        this: frame.this,
      })),
      error: paused.error,
    });
    vm.createContext(given, { name: 'replica' });
    this.#contextId = /** @type {number} */ (contexts.get('replica'));
    const { result, exceptionDetails } = this.#session.post('Runtime.evaluate', {
      expression: `(${rebuild})(recorded)`,
      contextId: this.#contextId,
      objectGroup: OWN_GROUP,
    });
    delete given.recorded;
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description);
    this.#rebuilt = result.objectId;
  }

  /** @param {any} request @returns {any} */
  answer({ method, frame, params }) {
    if (method === 'evaluate') return this.#toClient(this.#evaluate(frame, params));
    if (method === 'callFunctionOn') return this.#toClient(this.#call(params));
    return this.#toClient(this.#properties(params));
  }

  /** Paused in the frame, so that its variables and `this` are what they were. @param {number} frame @param {any} params */
  #evaluate(frame, params) {
    /** @type {any} */
    let answer = null;
    /** @type {Error | null} */
    let failure = null;
    this.#session.on('Debugger.paused', ({ callFrames }) => {
      this.#session.on('Debugger.paused', () => {});
      try {
        answer = this.#session.post('Debugger.evaluateOnCallFrame', {
          ...flagsOf(params),
          callFrameId: callFrames[0].callFrameId,
          expression: String(params.expression),
          timeout: Math.min(Number(params.timeout) || MAX_MS, MAX_MS),
        });
      } catch (error) {
        failure = /** @type {Error} */ (error);
      }
    });
    this.#ask('function (index) { this.pauseIn(index); }', [{ value: frame }]);
    if (failure) throw failure;
    return answer;
  }

  /** @param {any} params */
  #call(params) {
    const target = params.objectId === undefined ? { contextId: true } : this.#handle(params);
    return this.#session.post('Runtime.callFunctionOn', {
      ...flagsOf(params),
      functionDeclaration: String(params.functionDeclaration),
      ...(target.contextId ? { executionContextId: this.#contextId } : target),
      arguments: (params.arguments ?? []).map((/** @type {any} */ one) =>
        one?.objectId === undefined ? one : this.#handle(one),
      ),
    });
  }

  /** @param {any} params */
  #properties(params) {
    const { ownProperties, accessorPropertiesOnly, generatePreview, nonIndexedPropertiesOnly } =
      params;
    return this.#session.post('Runtime.getProperties', {
      ...this.#handle(params),
      ...{ ownProperties, accessorPropertiesOnly, generatePreview, nonIndexedPropertiesOnly },
    });
  }

  /** An object here, by the id that the client has for it. @param {{objectId?: any}} remote @returns {Record<string, any>} */
  #handle({ objectId }) {
    const id = String(objectId);
    if (id.startsWith(EVALUATED)) return { objectId: id.slice(EVALUATED.length) };
    const { result } = this.#ask('function (id) { return this.recorded(id); }', [{ value: id }]);
    if (result.type === 'undefined') throw new Error('This object was not captured');
    return result.objectId === undefined ? { value: result.value } : { objectId: result.objectId };
  }

  /** @param {string} functionDeclaration @param {any[]} given */
  #ask(functionDeclaration, given) {
    return this.#session.post('Runtime.callFunctionOn', {
      objectId: this.#rebuilt,
      functionDeclaration,
      arguments: given,
      objectGroup: OWN_GROUP,
    });
  }

  /** Recorded objects by the ids they were recorded under, all others marked as ours. @param {any} answer */
  #toClient(answer) {
    const { result, exceptionDetails, internalProperties, privateProperties } = answer;
    const lists = [Array.isArray(result) ? result : [], internalProperties, privateProperties];
    for (const property of lists.flat()) {
      for (const key of ['value', 'get', 'set', 'symbol']) this.#mark(property?.[key]);
    }
    if (!Array.isArray(result)) this.#mark(result);
    if (exceptionDetails) this.#markException(exceptionDetails);
    return answer;
  }

  /** Without the frames of what evaluates. @param {any} details changed in place */
  #markException(details) {
    const { exception } = details;
    this.#mark(exception);
    delete details.stackTrace;
    delete details.scriptId;
    if (exception?.subtype !== 'error') return;
    exception.description = exception.description?.split(/\n {4}at /, 1)[0];
  }

  /** @param {any} remote changed in place */
  #mark(remote) {
    if (remote?.objectId === undefined) return;
    const { objectId } = remote;
    const { result } = this.#ask('function (value) { return this.idOf(value); }', [{ objectId }]);
    remote.objectId = typeof result.value === 'string' ? result.value : `${EVALUATED}${objectId}`;
  }
}

/** @param {string} file @returns {Replica} */
function open(file) {
  const { document } = isBox(file) ? readBox(file) : readFile(file);
  const replica = new Replica(new PausedProcess(document, { mayReadFiles: false }));
  const problem = loadBinding().lockDown();
  // Fail closed: without it nothing is evaluated.
  if (problem) throw new Error(problem);
  return replica;
}

/** @param {() => any} body of an answer */
function say(body) {
  let answer;
  try {
    answer = { result: body() };
  } catch (error) {
    // The inspector's own words, without the method that we asked it by.
    const { message } = /** @type {Error} */ (error);
    answer = { error: message.replace(/^[A-Z]\w+\.\w+: (?:Inspector error -?\d+: )?/, '') };
  }
  write(`${JSON.stringify(answer)}\n`);
}

/** @param {string} text */
function write(text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(1, bytes, at);
}

/** Lines from the parent, for as long as there is one. Not by the loop: libuv's needs what the lock takes away (io_uring). */
function* lines() {
  const decoder = new TextDecoder();
  const bytes = Buffer.alloc(64 * 1024);
  let text = '';
  for (let length = fs.readSync(0, bytes); length > 0; length = fs.readSync(0, bytes)) {
    text += decoder.decode(bytes.subarray(0, length), { stream: true });
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
}

/** @type {Replica | undefined} */
let replica;
say(() => {
  replica = open(process.argv[2]);
});
if (replica) {
  for (const line of lines()) say(() => /** @type {Replica} */ (replica).answer(JSON.parse(line)));
}
// The parent has gone, and the kernel ends this one with it. By itself it could not: the lock forbids what Node does then.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
