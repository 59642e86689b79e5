'use strict';

const { KIND } = require('../kinds.js');
const { OperationOf } = require('../operations.js');
const { cleanUrl } = require('../target.js');

/**
 * Where Node keeps what getHeader() looks up (20 to 26), whose checks of a name cost several times what the look-up does.
 * @param {any} request
 * @returns {symbol | null} null: it does so no more
 */
function headersOf(request) {
  const symbols = Object.getOwnPropertySymbols(request);
  return symbols.find(({ description }) => description === 'kOutHeaders') ?? null;
}

/**
 * Requests of node:http and node:https, until the response's body has ended.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, wrapper, modules, subscribe }) {
  /** @type {symbol | null | undefined} */
  let headers;
  /** @param {any} request */
  const hostOf = (request) => {
    if (headers === undefined) headers = headersOf(request);
    const host = headers === null ? request.getHeader('host') : request[headers]?.host?.[1];
    return host ?? request.host ?? '';
  };
  /** @param {any} request @param {Function} above */
  const begin = (request, above) => {
    const { path } = request;
    const type = sink.type(KIND.http, request.method);
    // To a proxy the whole address is sent.
    const operation = path.startsWith('/')
      ? sink.beginRequest(type, hostOf(request), path, above)
      : sink.beginRequest(type, '', cleanUrl(path).replace(/^https?:\/\//, ''), above);
    if (!operation) return;
    OperationOf.set(request, operation);
    request.on('close', onClose);
  };
  /** The body has come, or whatever else ends a request. @this {any} */
  function onClose() {
    const operation = OperationOf.get(this);
    const { res, errored } = this;
    // One that has become another connection (101, CONNECT) has an answer nobody was told of.
    if (res) operation.status ??= res.statusCode;
    const cut = res ? !(res.complete || res.upgrade) : true;
    const error = cut ? (res?.errored ?? errored ?? { code: 'ECONNRESET' }) : undefined;
    // Comes after the 'end' of the answer, to which the program listens too.
    sink.end(operation, error, true);
  }

  if (Number(process.versions.node.split('.')[0]) >= 22) {
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
    // Of an agent that is not Node's own.
    subscribe('http.client.request.start', function onStart(/** @type {any} */ { request }) {
      modules.loadedNow();
      if (!OperationOf.get(request)) begin(request, onStart);
    });
  }
  subscribe('http.client.response.finish', (/** @type {any} */ { request, response }) => {
    const operation = OperationOf.get(request);
    if (operation) sink.answered(operation, response.statusCode);
  });
  subscribe('http.client.request.error', (/** @type {any} */ { request, error }) => {
    sink.end(OperationOf.get(request), error);
  });
}

module.exports = { install };
