'use strict';

const { KIND } = require('../kinds.js');
const { OperationOf } = require('../operations.js');
const { cleanUrl } = require('../target.js');

// Noted calls of fetch whose request has not been made yet; a call that makes none is forgotten.
const MAX_CALLS = 64;
// undici's own functions between the program's call and its channel.
const UNDICI_FRAMES = 40;

/**
 * Requests of fetch and undici, until the body has ended. undici's channels tell of them; but fetch makes its request
 * later, when the caller has left the stack.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, wrapper, subscribe, modules }) {
  /** @type {{url: string, frames: object}[]} */
  const calls = [];

  wrapper.replace(globalThis, 'fetch', {
    style: 'call',
    enter: function enter(given) {
      const frames = sink.stackAhead(enter);
      if (!frames) return;
      calls.push({ url: urlOf(given[0]), frames });
      if (calls.length > MAX_CALLS) calls.shift();
    },
  });

  subscribe('undici:request:create', function onCreate(/** @type {any} */ { request }) {
    modules.loadedNow();
    const { method, path } = request;
    const origin = String(request.origin ?? '');
    const address = cleanUrl(path ?? '');
    const url = origin + address;
    const at = calls.length === 0 ? -1 : calls.findIndex((call) => call.url === url);
    const call = at === -1 ? null : calls.splice(at, 1)[0];
    const operation = sink.beginRequest(
      sink.type(KIND.fetch, method),
      origin.replace(/^https?:\/\//, ''),
      address,
      call ? null : onCreate,
      UNDICI_FRAMES,
    );
    if (!operation) return;
    OperationOf.set(request, operation);
    if (call) sink.keepStack(operation, call.frames);
  });
  subscribe('undici:request:headers', (/** @type {any} */ { request, response }) => {
    const operation = OperationOf.get(request);
    if (operation) sink.answered(operation, response.statusCode);
  });
  subscribe('undici:request:trailers', (/** @type {any} */ { request }) =>
    sink.end(OperationOf.get(request)),
  );
  subscribe('undici:request:error', (/** @type {any} */ { request, error }) =>
    sink.end(OperationOf.get(request), error),
  );
}

/** @param {any} input what fetch was given: text, a URL or a Request */
function urlOf(input) {
  try {
    const { origin, pathname } =
      input instanceof URL ? input : new URL(typeof input === 'string' ? input : input.url);
    return `${origin}${pathname}`;
  } catch {
    // fetch will say so.
    return '';
  }
}

module.exports = { install };
