'use strict';

const { KIND } = require('../kinds.js');
const { noteStack } = require('../call-stack.js');
const { OperationOf } = require('../operations.js');
const { cleanUrl } = require('../target.js');

// Calls of fetch whose request has not been made yet; a call that makes none is forgotten.
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
      const frames = {};
      noteStack(frames, enter);
      calls.push({ url: urlOf(given[0]), frames });
      if (calls.length > MAX_CALLS) calls.shift();
    },
  });

  subscribe('undici:request:create', function onCreate(/** @type {any} */ { request }) {
    modules.loadedNow();
    const { method, path } = request;
    const origin = String(request.origin ?? '');
    const address = cleanUrl(path ?? '');
    const operation = sink.beginRequest(
      sink.type(KIND.fetch, method),
      origin.replace(/^https?:\/\//, ''),
      address,
      onCreate,
      UNDICI_FRAMES,
    );
    if (!operation) return;
    OperationOf.set(request, operation);
    const at = calls.findIndex(({ url }) => url === `${origin}${address}`);
    if (at === -1) return;
    if (operation.frames) operation.frames = calls[at].frames;
    calls.splice(at, 1);
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
