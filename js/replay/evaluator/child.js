/**
 * The process that evaluates for one client of a replay. It reads one line of JSON for each request and answers one; the
 * first line has the recorded objects. What is typed runs in a context that holds nothing of Node's, in a process to which
 * the kernel gives no file, socket or process any more (addon/core/host/lockdown.h); the parent kills what does not answer.
 */

const readline = require('node:readline');
const vm = require('node:vm');
const { loadBinding } = require('../../binding.js');
const { Session } = require('../../inspector/session.js');
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

  /** @param {string} given for `rebuild` */
  constructor(given) {
    /** @type {Map<string, number>} */
    const contexts = new Map();
    this.#session.on('Runtime.executionContextCreated', ({ context }) =>
      contexts.set(context.name, context.id),
    );
    this.#session.post('Runtime.enable');
    this.#session.post('Debugger.enable');
    // An object of Node's own context would be a way out of this one.
    vm.createContext(Object.create(null), { name: 'replica' });
    this.#contextId = /** @type {number} */ (contexts.get('replica'));
    const { result, exceptionDetails } = this.#session.post('Runtime.evaluate', {
      expression: `(${rebuild})(${JSON.stringify(given)})`,
      contextId: this.#contextId,
      objectGroup: OWN_GROUP,
    });
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

// Made by its first use, which asks the kernel what descriptor 1 is: before the lock.
const { stdin, stdout } = process;
/** @type {Replica | undefined} */
let replica;

/** @param {string} line */
function answerLine(line) {
  if (!replica) {
    const ready = new Replica(line);
    const problem = loadBinding().lockDown();
    // Fail closed: without it nothing is evaluated.
    if (problem) throw new Error(problem);
    replica = ready;
    return {};
  }
  return { result: replica.answer(JSON.parse(line)) };
}

// A promise of the client's that nobody handles is no end of it.
process.on('unhandledRejection', () => {});

readline.createInterface({ input: stdin }).on('line', (line) => {
  let answer;
  try {
    answer = answerLine(line);
  } catch (error) {
    // The inspector's own words, without the method that we asked it by.
    const { message } = /** @type {Error} */ (error);
    answer = { error: message.replace(/^[A-Z]\w+\.\w+: (?:Inspector error -?\d+: )?/, '') };
  }
  stdout.write(`${JSON.stringify(answer)}\n`);
});
