'use strict';

const { KIND } = require('../kinds.js');
const { cleanUrl } = require('../target.js');

/**
 * Inbound HTTP requests, until the response has been sent. Nobody calls them: they have no stack.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, subscribe, modules }) {
  subscribe('http.server.request.start', (/** @type {any} */ { request, response }) => {
    modules.loadedNow();
    const { method, url } = request;
    const operation = sink.begin(KIND.server, method, `${method} ${cleanUrl(url)}`, null);
    if (!operation) return;
    response.once('close', () => {
      operation.status = response.headersSent ? response.statusCode : null;
      sink.end(
        operation,
        response.writableFinished ? undefined : (response.errored ?? { code: 'ECONNRESET' }),
      );
    });
  });
}

module.exports = { install };
