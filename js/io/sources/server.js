'use strict';

const { KIND } = require('../kinds.js');
const { ConnectionOf } = require('../operations.js');

/** @typedef {InstanceType<typeof import('../sink.js').Request>} Request */
/** @typedef {InstanceType<typeof import('../sink.js').Sink>} Sink */

/** What has come in over a socket and is not answered. */
class Connection {
  /** @param {Sink} sink who is told: the next recording has another */
  constructor(sink) {
    this.sink = sink;
  }

  /** To what the newest request, or the only one, is answered. @type {any} */
  response = null;
  /** Its operation, which the next one uses again. @type {Request | null} */
  request = null;
  /** Of a client that does not wait for answers: the earlier ones. @type {{response: any, request: Request | null}[] | null} */
  earlier = null;
}

// Of a socket that has been accepted. Where V8 (20 to 26) has never met a socket without one, it looks for the field itself
// and calls nobody for it.
const NOTHING_YET = new Connection(/** @type {any} */ (null));

/** @param {Sink} sink @param {{response: any, request: Request | null}} one that will not be answered any more */
function cut(sink, { response, request }) {
  if (response === null || request === null) return;
  if (response.headersSent) request.status = response.statusCode;
  const whole = response.writableFinished;
  sink.end(request, whole ? undefined : (response.errored ?? { code: 'ECONNRESET' }));
}

/** One for all recordings, and so one on a socket. @this {any} the socket */
function onClose() {
  const connection = ConnectionOf.get(this);
  const { sink, earlier } = connection;
  for (let at = 0; at < (earlier?.length ?? 0); at++) cut(sink, earlier[at]);
  cut(sink, connection);
  connection.response = connection.earlier = null;
}

/**
 * Inbound HTTP requests, until the response has been sent. Nobody calls them: they have no stack. A busy server has no
 * listener, closure or object of ours for each of them.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, subscribe, modules }) {
  /** @param {any} socket @param {any} known what an earlier recording knew, or null */
  const connect = (socket, known) => {
    const connection = new Connection(sink);
    ConnectionOf.set(socket, connection);
    if (known === null || known === NOTHING_YET) socket.on('close', onClose);
    return connection;
  };

  subscribe('net.server.socket', (/** @type {any} */ { socket }) => {
    ConnectionOf.set(socket, NOTHING_YET);
  });

  subscribe('http.server.request.start', (/** @type {any} */ { request, response, socket }) => {
    modules.loadedNow();
    const known = ConnectionOf.get(socket);
    const connection = known !== null && known.sink === sink ? known : connect(socket, known);
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
    if (connection === null || connection.sink !== sink) return;
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
