'use strict';

const { isPromise } = require('node:util').types;
const { KIND } = require('./kinds.js');
const { Operation } = require('./sink.js');
const { textOf } = require('../own-modules.js');

// Node 20's V8 infers the name from the text instead.
const V8_NAMES_PROPERTIES = Number(process.versions.node.split('.')[0]) >= 22;
const PROMISIFIED = Symbol.for('nodejs.util.promisify.custom');

const { getOwnPropertyDescriptor, defineProperty, hasOwn } = Object;

/**
 * @typedef {object} How traps.js says what each style does
 * @property {'call' | 'callback' | 'promise' | 'result' | 'sync'} style how a function of Node's tells that its operation is over
 * @property {import('./sink.js').OperationType} [type] of the operations
 * @property {(given: any, self: any) => any} [enter]
 * @property {Function} [leave]
 * @property {(first: any) => string} [about]
 */

/**
 * Puts Proxies in place of functions; a program cannot tell them from the functions they stand for.
 */
class Wrapper {
  #traps;
  /** False on a Node that lacks what the traps need: nothing is replaced then. */
  usable;
  /** What puts back what was replaced. @type {(() => void)[]} */
  #restores = [];
  /** Proxy to the function it stands for. @type {Map<any, Function>} */
  #originals = new Map();

  /** @param {any} binding @param {InstanceType<typeof import('./sink.js').Sink>} sink */
  constructor(binding, sink) {
    const make = binding.hiddenScript(textOf('js/io/traps.js'));
    this.usable = make !== undefined;
    this.#traps = make?.({
      ...{ apply: Reflect.apply, isPromise, ProxyOf: Proxy, sink },
      ...{ beginSync: binding.ioBeginSync, endSync: binding.ioEndSync },
      /** @param {any} operation @param {any} receiver @param {Function} callback @param {unknown} error */
      done(operation, receiver, callback, error) {
        sink.end(operation, error instanceof Error ? error : undefined);
        // Node calls some as a method of what it has made for the call, and a stack says so.
        if (receiver && hasOwn(receiver, 'callback')) receiver.callback = callback;
      },
    });
    // An operation is the handler of its callback's Proxy.
    defineProperty(Operation.prototype, 'apply', {
      value: this.#traps?.callbackTrap,
      configurable: true,
    });
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
    if (!descriptor || typeof original !== 'function') return false;
    if (!descriptor.writable && !descriptor.configurable) return false;
    const isNameless = original.name === '' && V8_NAMES_PROPERTIES;
    const handler = isNameless ? this.#nameless(original, name) : {};
    const proxy = this.#proxy(original, handler, how);
    // Its receiver would be named so in a stack.
    const behind = this.#originals.get(object);
    if (behind) handler.apply = this.#traps.methodOf(handler.apply, object, behind);
    this.#originals.set(proxy, original);
    const promisified = getOwnPropertyDescriptor(original, PROMISIFIED);
    if (promisified && promisified.value === original) {
      this.#exchange(original, PROMISIFIED, promisified, 'value', proxy);
    }
    this.#exchange(object, name, descriptor, 'value', proxy);
    return true;
  }

  /**
   * @param {any} object
   * @param {PropertyKey} name
   * @param {PropertyDescriptor} before as it is
   * @param {'value' | 'get'} part of that
   * @param {any} proxy
   * @returns {() => void} puts back what was there
   */
  #exchange(object, name, before, part, proxy) {
    put(object, name, before, part, proxy);
    const putBack = () => {
      const now = getOwnPropertyDescriptor(object, name);
      // Somebody else may have replaced it since, and what they call goes on to the original.
      if (now && now[part] === proxy) put(object, name, now, part, before[part]);
    };
    this.#restores.push(putBack);
    return putBack;
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
          // V8 inlines Node's own getter, and no Proxy: 0.2 microseconds each time that it is read.
          putBack();
          onFirst();
        },
      },
    );
    const putBack = this.#exchange(object, name, descriptor, 'get', get);
  }

  /** @param {Function} original @param {ProxyHandler<Function>} handler @param {How} how */
  #proxy(original, handler, how) {
    handler.apply = this.#traps.trap(how.style, how, how.type?.kind === KIND.fs);
    // A Proxy that the program has kept is the function itself then.
    this.#restores.push(() => delete handler.apply);
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
