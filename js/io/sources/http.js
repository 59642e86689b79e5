'use strict';

const { KIND } = require('../kinds.js');
const { OperationOf } = require('../operations.js');
const { cleanUrl } = require('../target.js');

/**
 * Requests of node:http and node:https, until the response's body has ended.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, wrapper, modules, subscribe }) {
  /** @type {symbol | null | undefined} */
  let outHeaders;
  /**
   * By name in lower case, [name, value] each, as Node keeps them (20 to 26): what getHeader() checks of a name costs several
   * times what the look-up does.
   * @param {any} request
   */
  const headersOf = (request) => {
    if (outHeaders === undefined) {
      const symbols = Object.getOwnPropertySymbols(request);
      outHeaders = symbols.find(({ description }) => description === 'kOutHeaders') ?? null;
    }
    return outHeaders === null ? null : request[outHeaders];
  };
  /** @param {any} request */
  const hostOf = (request) => headersOf(request)?.host?.[1] ?? request.host ?? '';
  /** @param {any} request @param {Function} above */
  const begin = (request, above) => {
    const { path } = request;
    const type = sink.type(KIND.http, request.method);
    // To a proxy the whole address is sent.
    const operation = path.startsWith('/')
      ? sink.beginRequest(type, hostOf(request), path, above)
      : sink.beginRequest(type, '', cleanUrl(path).replace(/^https?:\/\//, ''), above);
    if (operation) OperationOf.set(request, operation);
  };
  /** @param {any} operation @param {any} response */
  const received = (operation, response) => {
    const isWhole = response.complete || response.upgrade;
    const error = isWhole ? undefined : (response.errored ?? { code: 'ECONNRESET' });
    // Comes after the 'end' of the answer, to which the program listens too.
    sink.end(operation, error, true);
  };
  /** The body has come, or has been cut short. @this {any} */
  function onResponseClose() {
    received(OperationOf.get(this), this);
  }
  /** Of one that may become another connection (101, CONNECT): its answer nobody is told of. @this {any} */
  function onRequestClose() {
    const operation = OperationOf.get(this);
    if (!this.res) return sink.end(operation, { code: 'ECONNRESET' }, true);
    operation.status ??= this.res.statusCode;
    received(operation, this.res);
  }

  const isToldOfAll = Number(process.versions.node.split('.')[0]) >= 22;
  if (isToldOfAll) {
    subscribe('http.client.request.created', function onCreated(/** @type {any} */ { request }) {
      modules.loadedNow();
      begin(request, onCreated);
    });
  } else {
    // Node 20 has no such channel: its agent is asked for a socket while the request is made.
    let wrapped = false;
    const wrapAgent = () => {
      if (wrapped) return;
      wrapped = true;
      wrapper.replace(require('node:http').Agent.prototype, 'addRequest', {
        style: 'call',
        enter: function enter(given) {
          if (!OperationOf.get(given[0])) begin(given[0], enter);
        },
      });
    };
    modules.whenLoaded('http', wrapAgent);
    modules.whenLoaded('https', wrapAgent);
  }
  // It has been sent, and has all its headers.
  subscribe('http.client.request.start', function onSent(/** @type {any} */ { request }) {
    if (!isToldOfAll && !OperationOf.get(request)) {
      // Of an agent that is not Node's own.
      modules.loadedNow();
      begin(request, onSent);
    }
    const headers = headersOf(request);
    // Headers that were given as a list are not kept.
    const maySwitch =
      request.method === 'CONNECT' || headers === null || headers.upgrade !== undefined;
    if (maySwitch && OperationOf.get(request)) request.on('close', onRequestClose);
  });
  // Its headers have come. A listener to the answer costs less than one to the request, and who is not answered has an error.
  subscribe('http.client.response.finish', (/** @type {any} */ { request, response }) => {
    const operation = OperationOf.get(request);
    if (!operation) return;
    sink.answered(operation, response.statusCode);
    OperationOf.set(response, operation);
    response.on('close', onResponseClose);
  });
  subscribe('http.client.request.error', (/** @type {any} */ { request, error }) => {
    sink.end(OperationOf.get(request), error);
  });
}

module.exports = { install };
