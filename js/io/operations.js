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
 * The operation that belongs to a request: a private field on it, which nobody sees. A WeakMap would be slower, and make
 * each collection slower too.
 */
class OperationOf extends Given {
  #operation;

  /** @param {object} request @param {any} operation */
  constructor(request, operation) {
    super(request);
    this.#operation = operation;
  }

  /** @param {any} request @returns {any} */
  static get(request) {
    return #operation in request ? request.#operation : null;
  }

  /** Once for each request. @param {object} request @param {any} operation */
  static set(request, operation) {
    new OperationOf(request, operation);
  }
}

module.exports = { OperationOf };
