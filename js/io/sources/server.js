'use strict';

const { KIND } = require('../kinds.js');
const { OperationOf } = require('../operations.js');

/**
 * Inbound HTTP requests, until the response has been sent. Nobody calls them: they have no stack.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, subscribe, modules }) {
  /** @this {any} */
  function onClose() {
    const operation = OperationOf.get(this);
    if (this.headersSent) operation.status = this.statusCode;
    sink.end(
      operation,
      this.writableFinished ? undefined : (this.errored ?? { code: 'ECONNRESET' }),
    );
  }
  subscribe('http.server.request.start', (/** @type {any} */ { request, response }) => {
    modules.loadedNow();
    const { method, url } = request;
    const operation = sink.beginRequest(sink.type(KIND.server, method), url, null);
    if (!operation) return;
    OperationOf.set(response, operation);
    response.on('close', onClose);
  });
}

module.exports = { install };
