'use strict';

/** As C++ numbers them (WrapStyle in addon/binding/function_wrapper.h, which says what each does). */
const STYLE = { call: 0, callback: 1, promise: 2, result: 3, sync: 4 };

// What every function has; the wrapper has its own.
const INHERENT = new Set(['prototype', 'arguments', 'caller']);

/**
 * @typedef {object} How
 * @property {keyof typeof STYLE} style
 * @property {number} kind
 * @property {string} method
 * @property {Function} [enter]
 * @property {Function} [leave]
 * @property {boolean} [firstWord] of a synchronous operation: only the first word of its target may be kept
 */

/**
 * Makes functions that a program cannot tell from the ones they stand for.
 */
class Wrapper {
  #binding;
  #done;

  /** @param {any} binding @param {InstanceType<typeof import('./sink.js').Sink>} sink */
  constructor(binding, sink) {
    this.#binding = binding;
    // Takes the place of a callback, bound to (operation, callback).
    this.#done = binding.doneFunction(
      /** @this {any} @param {unknown} error */ function done(error) {
        sink.end(this, error instanceof Error ? error : undefined);
      },
    );
  }

  /**
   * What is called instead of `callback`.
   * @param {object | null} operation
   * @param {Function} callback
   */
  after(operation, callback) {
    return operation ? this.#done.bind(operation, callback) : callback;
  }

  /**
   * @param {any} object
   * @param {string} name
   * @param {How} how
   * @returns {boolean} false: there is no such function, or it may not be replaced
   */
  replace(object, name, how) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name);
    const original = descriptor?.value;
    if (typeof original !== 'function' || !(descriptor?.writable || descriptor?.configurable))
      return false;
    Object.defineProperty(object, name, { ...descriptor, value: this.#standIn(original, how) });
    return true;
  }

  /**
   * @param {any} object
   * @param {string} name
   * @param {() => void} onFirst called when the property is first read
   */
  replaceGetter(object, name, onFirst) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name);
    if (!descriptor?.get || !descriptor.configurable) return;
    let first = true;
    const get = this.#standIn(descriptor.get, {
      style: 'result',
      kind: 0,
      method: '',
      enter: () => first || undefined,
      leave: () => {
        first = false;
        onFirst();
      },
    });
    Object.defineProperty(object, name, { ...descriptor, get });
  }

  /** @param {Function} original @param {How} how */
  #standIn(original, { style, ...how }) {
    const wrapped = this.#binding.wrapFunction(original, {
      name: original.name,
      style: STYLE[style],
      ...how,
    });
    if (!wrapped)
      throw new Error('this Node lacks what an invisible wrapper needs (see loopdet doctor)');
    for (const key of Reflect.ownKeys(original)) {
      if (typeof key === 'string' && INHERENT.has(key)) continue;
      Object.defineProperty(
        wrapped,
        key,
        /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(original, key)),
      );
    }
    return wrapped;
  }
}

module.exports = { Wrapper };
