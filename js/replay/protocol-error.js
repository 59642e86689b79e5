const SERVER_ERROR = -32000;

/** What a client is told in place of a result. */
class ProtocolError extends Error {
  /** @param {string} message @param {number} [code] of JSON-RPC */
  constructor(message, code = SERVER_ERROR) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
  }
}

module.exports = { ProtocolError };
