'use strict';

const { KIND } = require('../kinds.js');
const { ConnectionOf } = require('../operations.js');

/** @typedef {InstanceType<typeof import('../sink.js').Request>} Request */

/** What has come in over a socket and is not answered. */
class Connection {
  /** To what the newest request, or the only one, is answered. @type {any} */
  response = null;
  /** Its operation, which the next one uses again. @type {Request | null} */
  request = null;
  /** Of a client that does not wait for answers: the earlier ones. @type {{response: any, request: Request | null}[] | null} */
  earlier = null;
}

/**
 * Inbound HTTP requests, until the response has been sent. Nobody calls them: they have no stack. A busy server has no
 * listener, closure or object of ours for each of them.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, subscribe, modules }) {
  /** @param {{response: any, request: Request | null}} one that will not be answered any more */
  const cut = ({ response, request }) => {
    if (response === null || request === null) return;
    if (response.headersSent) request.status = response.statusCode;
    const whole = response.writableFinished;
    sink.end(request, whole ? undefined : (response.errored ?? { code: 'ECONNRESET' }));
  };
  /** @this {any} the socket */
  function onClose() {
    const connection = ConnectionOf.get(this);
    const { earlier } = connection;
    for (let at = 0; at < (earlier?.length ?? 0); at++) cut(earlier[at]);
    cut(connection);
    connection.response = connection.earlier = null;
  }
  /** @param {any} socket */
  const connect = (socket) => {
    const connection = new Connection();
    ConnectionOf.set(socket, connection);
    socket.on('close', onClose);
    return connection;
  };

  subscribe('http.server.request.start', (/** @type {any} */ { request, response, socket }) => {
    modules.loadedNow();
    const connection = ConnectionOf.get(socket) ?? connect(socket);
    if (connection.response !== null) {
      connection.earlier ??= [];
      connection.earlier.push({ response: connection.response, request: connection.request });
      connection.request = null;
    }
    const { method, url } = request;
    connection.request = sink.beginInbound(sink.type(KIND.server, method), url, connection.request);
    connection.response = response;
  });

  subscribe('http.server.response.finish', (/** @type {any} */ { response, socket }) => {
    const connection = ConnectionOf.get(socket);
    // One that began before we did.
    if (connection === null) return;
    let answered = connection;
    if (connection.response !== response) {
      const at = connection.earlier?.findIndex(
        (/** @type {any} */ one) => one.response === response,
      );
      if (at === undefined || at === -1) return;
      answered = connection.earlier.splice(at, 1)[0];
    }
    const { request } = answered;
    if (request !== null) {
      request.status = response.statusCode;
      // One that was slow is still to be told of.
      if (sink.end(request)) answered.request = null;
    }
    answered.response = null;
  });
}

module.exports = { install };
