'use strict';

/** Returns the object it is given, so that a field of a class below is put on that. */
class Given {
  /** @param {object} object */
  constructor(object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what it is for
    return object;
  }
}

/**
 * A private field on objects of Node's, which nobody sees. A WeakMap would be slower, and make each collection slower too.
 */
function hiddenField() {
  return class Hidden extends Given {
    #value;

    /** @param {object} object @param {any} value */
    constructor(object, value) {
      super(object);
      this.#value = value;
    }

    /** @param {any} object @returns {any} null: it has none */
    static get(object) {
      return #value in object ? object.#value : null;
    }

    /** Once for each object. @param {object} object @param {any} value */
    static set(object, value) {
      new Hidden(object, value);
    }
  };
}

/** The operation that belongs to a request. */
const OperationOf = hiddenField();

module.exports = { OperationOf, hiddenField };
