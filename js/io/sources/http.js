'use strict';

const { KIND } = require('../kinds.js');
const { cleanUrl } = require('../target.js');

/**
 * Requests of node:http and node:https, until the response's body has ended.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, wrapper, modules, subscribe }) {
  /** @type {WeakMap<object, InstanceType<typeof import('../sink.js').Operation>>} */
  const operations = new WeakMap();

  /** @param {any} request @param {Function} above */
  const begin = (request, above) => {
    if (operations.has(request)) return;
    const { method } = request;
    const operation = sink.begin(KIND.http, method, `${method} ${urlOf(request)}`, above);
    if (!operation) return;
    operations.set(request, operation);
    request.once('close', () => {
      const { res, errored } = request;
      const cut = res ? !res.complete : true;
      sink.end(
        operation,
        operation.error ?? (cut ? (res?.errored ?? errored ?? { code: 'ECONNRESET' }) : undefined),
      );
    });
  };

  subscribe('http.client.request.created', function onCreated(/** @type {any} */ { request }) {
    modules.loadedNow();
    begin(request, onCreated);
  });
  // Node 20 has no such channel: its agent is asked for a socket while the request is made.
  if (Number(process.versions.node.split('.')[0]) < 22) {
    modules.whenLoaded('http', (/** @type {any} */ http) => {
      wrapper.replace(http.Agent.prototype, 'addRequest', {
        style: 'call',
        kind: KIND.http,
        method: '',
        enter: function enter(/** @type {any} */ request) {
          begin(request, enter);
        },
      });
    });
  }
  // Of an agent that is not Node's own.
  subscribe('http.client.request.start', function onStart(/** @type {any} */ { request }) {
    modules.loadedNow();
    begin(request, onStart);
  });
  subscribe('http.client.response.finish', (/** @type {any} */ { request, response }) => {
    const operation = operations.get(request);
    if (!operation) return;
    sink.firstByte(operation);
    operation.status = response.statusCode;
  });
  subscribe('http.client.request.error', (/** @type {any} */ { request, error }) => {
    const operation = operations.get(request);
    if (operation) sink.end(operation, error);
  });
}

/** @param {any} request a ClientRequest */
function urlOf(request) {
  const { path = '' } = request;
  if (!path.startsWith('/')) return cleanUrl(path).replace(/^https?:\/\//, '');
  return `${request.getHeader('host') ?? request.host ?? ''}${cleanUrl(path)}`;
}

module.exports = { install };
