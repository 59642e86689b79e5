'use strict';

const { KIND } = require('../kinds.js');
const { hostPort } = require('../target.js');

/**
 * Connects: a TLS one lasts until the handshake is over, and is no TCP one beside that.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, wrapper, modules }) {
  /** @param {any} socket @param {any} operation @param {boolean} secure */
  const follow = (socket, operation, secure) => {
    if (!operation) return;
    const ready = secure ? 'secureConnect' : 'connect';
    const onReady = () => {
      socket.removeListener('close', onClose);
      sink.end(operation);
    };
    const onClose = () => {
      socket.removeListener(ready, onReady);
      sink.end(operation, socket.errored ?? { code: 'ABORTED' });
    };
    socket.once(ready, onReady);
    socket.once('close', onClose);
  };

  modules.whenLoaded('net', (/** @type {any} */ net) => {
    wrapper.replace(net.Socket.prototype, 'connect', {
      style: 'call',
      enter: function enter(given, self) {
        const secure = typeof self?.getPeerCertificate === 'function';
        const type = sink.type(secure ? KIND.tls : KIND.tcp, 'connect');
        follow(self, sink.begin(type, connectTarget(given), enter), secure);
      },
    });
  });
  // TLS over a socket that is there already (STARTTLS); otherwise the TLS socket's own connect is seen above.
  modules.whenLoaded('tls', (/** @type {any} */ tls) => {
    wrapper.replace(tls, 'connect', {
      style: 'result',
      enter: function enter(/** @type {any[]} */ given) {
        const options = given.find((one) => one !== null && typeof one === 'object');
        if (!options?.socket) return undefined;
        const { servername, host, socket } = options;
        const target = hostPort(
          servername || host || socket.remoteAddress || '',
          socket.remotePort,
        );
        return sink.begin(sink.type(KIND.tls, 'connect'), target, enter) ?? undefined;
      },
      leave: (/** @type {any} */ operation, /** @type {any} */ socket) =>
        follow(socket, operation, true),
    });
  });
}

/** @param {any[]} given (options), (port, host), (path), or Node's own normalised [options, callback] */
function connectTarget(given) {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  if (first !== null && typeof first === 'object') {
    return first.path ?? hostPort(first.host || 'localhost', first.port);
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return first;
  return hostPort(typeof second === 'string' ? second : 'localhost', first);
}

module.exports = { install };
