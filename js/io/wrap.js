'use strict';

const { isProxy } = require('node:util').types;
const { KIND } = require('./kinds.js');
const { Operation } = require('./sink.js');

/** As C++ numbers them (WrapStyle in addon/binding/function_wrapper.h, which says what each does). */
const STYLE = { call: 0, callback: 1, promise: 2, result: 3, sync: 4 };
// Node 20's V8 infers the name from the text instead.
const V8_NAMES_PROPERTIES = Number(process.versions.node.split('.')[0]) >= 22;
const PROMISIFIED = Symbol.for('nodejs.util.promisify.custom');

const { getOwnPropertyDescriptor, defineProperty } = Object;

/**
 * @typedef {object} How
 * @property {keyof typeof STYLE} style
 * @property {import('./sink.js').OperationType} [type] of the operations
 * @property {Function} [enter]
 * @property {Function} [leave]
 * @property {boolean} [firstWord] of a synchronous operation: only the first word of its target may be kept
 */

/**
 * Puts Proxies in place of functions; a program cannot tell them from the functions they stand for.
 */
class Wrapper {
  #binding;
  /** False on a Node that lacks what the traps need: nothing is replaced then. */
  usable = true;
  /** What puts back what was replaced. @type {(() => void)[]} */
  #restores = [];

  /** @param {any} binding @param {InstanceType<typeof import('./sink.js').Sink>} sink */
  constructor(binding, sink) {
    this.#binding = binding;
    // An operation is the handler of its callback's Proxy.
    const apply = binding.callbackTrap({
      enter:
        /** @this {any} @param {any} receiver @param {Function} callback @param {unknown} error */ function done(
          receiver,
          callback,
          error,
        ) {
          sink.end(this, error instanceof Error ? error : undefined);
          // Node calls some callbacks as a method, and a stack says so.
          if (receiver && isProxy(getOwnPropertyDescriptor(receiver, 'callback')?.value)) {
            receiver.callback = callback;
          }
        },
    });
    this.usable = apply !== undefined;
    defineProperty(Operation.prototype, 'apply', { value: apply, configurable: true });
  }

  /**
   * What is called instead of `callback`.
   * @param {InstanceType<typeof Operation> | null} operation
   * @param {Function} callback
   */
  after(operation, callback) {
    return operation ? new Proxy(callback, /** @type {any} */ (operation)) : callback;
  }

  /**
   * @param {any} object
   * @param {string} name
   * @param {How} how
   * @returns {boolean} false: there is no such function, or it may not be replaced
   */
  replace(object, name, how) {
    if (!this.usable) return false;
    const descriptor = getOwnPropertyDescriptor(object, name);
    const original = descriptor?.value;
    if (typeof original !== 'function' || !(descriptor?.writable || descriptor?.configurable)) {
      return false;
    }
    const isNameless = original.name === '' && V8_NAMES_PROPERTIES;
    const handler = isNameless ? this.#nameless(original, name) : {};
    const proxy = this.#proxy(original, handler, how);
    if (getOwnPropertyDescriptor(original, PROMISIFIED)?.value === original) {
      this.#exchange(original, PROMISIFIED, 'value', proxy);
    }
    this.#exchange(object, name, 'value', proxy);
    return true;
  }

  /**
   * @param {any} object
   * @param {PropertyKey} name
   * @param {'value' | 'get'} part of its descriptor
   * @param {any} proxy
   */
  #exchange(object, name, part, proxy) {
    const before = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(object, name));
    put(object, name, before, part, proxy);
    this.#restores.push(() => {
      const now = getOwnPropertyDescriptor(object, name);
      // Somebody else may have replaced it since, and what they call goes on to the original.
      if (now && now[part] === proxy) put(object, name, now, part, before[part]);
    });
  }

  /** Puts back every function; where the program holds a Proxy it only passes calls on. */
  restore() {
    this.usable = false;
    for (const restore of this.#restores.splice(0).reverse()) restore();
  }

  /**
   * @param {any} object
   * @param {string} name
   * @param {() => void} onFirst called when the property is first read
   */
  replaceGetter(object, name, onFirst) {
    const descriptor = getOwnPropertyDescriptor(object, name);
    if (!this.usable || !descriptor?.get || !descriptor.configurable) return;
    let first = true;
    const get = this.#proxy(
      /** @type {Function} */ (descriptor.get),
      {},
      {
        style: 'result',
        enter: () => first || undefined,
        leave: () => {
          first = false;
          onFirst();
        },
      },
    );
    this.#exchange(object, name, 'get', get);
  }

  /** @param {Function} original @param {ProxyHandler<Function>} handler @param {How} how */
  #proxy(original, handler, { style, type, ...how }) {
    const isFs = type?.kind === KIND.fs;
    handler.apply = this.#binding.applyTrap({
      style: STYLE[style],
      type: type?.number,
      isFs,
      ...how,
    });
    return new Proxy(original, handler);
  }

  /**
   * V8 names a nameless function in stacks after the property that holds it, which it no longer does. So it gets that name
   * itself, and the Proxy goes on to say that it has none.
   * @param {any} original
   * @param {string} name
   * @returns {ProxyHandler<Function>}
   */
  #nameless(original, name) {
    const own = getOwnPropertyDescriptor(original, 'name');
    defineProperty(original, 'name', { value: name, configurable: true });
    this.#restores.push(() => {
      if (own) defineProperty(original, 'name', own);
      else delete original.name;
    });
    const shown = own ?? { value: '', configurable: true };
    return {
      get: (target, key, receiver) =>
        key === 'name' ? shown.value : Reflect.get(target, key, receiver),
      getOwnPropertyDescriptor: (target, key) =>
        key === 'name' ? own : Reflect.getOwnPropertyDescriptor(target, key),
      ownKeys: (target) =>
        own ? Reflect.ownKeys(target) : Reflect.ownKeys(target).filter((key) => key !== 'name'),
    };
  }
}

/**
 * @param {any} object
 * @param {PropertyKey} name
 * @param {PropertyDescriptor} descriptor that it has
 * @param {'value' | 'get'} part
 * @param {any} next
 */
function put(object, name, descriptor, part, next) {
  // Keeps what else the property is, and costs less than defining it anew.
  if (descriptor.writable) object[name] = next;
  else defineProperty(object, name, { ...descriptor, [part]: next });
}

module.exports = { Wrapper };
