'use strict';

// Private fields on objects of Node's, which nobody sees. A WeakMap would be slower, and make each collection slower too.
// Each has a class of its own text: V8 keeps what it has learnt of a place in the text, and one text for two fields would
// have it look up each field in a hash table (0.2 microseconds a request).

/** Returns the object it is given, so that a field of a class below is put on that. */
class Given {
  /** @param {object} object */
  constructor(object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what it is for
    return object;
  }
}

/** The operation that belongs to a request, or to its answer. */
class OperationOf extends Given {
  #operation;

  /** @param {object} request @param {any} operation */
  constructor(request, operation) {
    super(request);
    this.#operation = operation;
  }

  /** @param {any} request @returns {any} null: it has none */
  static get(request) {
    return #operation in request ? request.#operation : null;
  }

  /** Once for each. @param {object} request @param {any} operation */
  static set(request, operation) {
    new OperationOf(request, operation);
  }
}

/** What has come in over a socket. */
class ConnectionOf extends Given {
  #connection;

  /** @param {object} socket @param {any} connection */
  constructor(socket, connection) {
    super(socket);
    this.#connection = connection;
  }

  /** @param {any} socket @returns {any} null: it has none */
  static get(socket) {
    return #connection in socket ? socket.#connection : null;
  }

  /** @param {any} socket @param {any} connection */
  static set(socket, connection) {
    if (#connection in socket) socket.#connection = connection;
    else new ConnectionOf(socket, connection);
  }
}

module.exports = { ConnectionOf, OperationOf };
