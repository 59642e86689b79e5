'use strict';

const { KIND } = require('../kinds.js');

const { bind } = Function.prototype;

/**
 * Inbound HTTP requests, until the response has been sent. Nobody calls them: they have no stack.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, subscribe, modules }) {
  /** @param {any} response @param {any} operation */
  function onClose(response, operation) {
    if (response.headersSent) operation.status = response.statusCode;
    sink.end(
      operation,
      response.writableFinished ? undefined : (response.errored ?? { code: 'ECONNRESET' }),
    );
  }
  subscribe('http.server.request.start', (/** @type {any} */ { request, response }) => {
    modules.loadedNow();
    const { method, url } = request;
    const operation = sink.beginRequest(sink.type(KIND.server, method), '', url, null);
    // Smaller than a closure, and nothing is put on the response.
    if (operation) response.on('close', bind.call(onClose, null, response, operation));
  });
}

module.exports = { install };
