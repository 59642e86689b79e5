'use strict';

const { KIND } = require('../kinds.js');
const { noteStack, readStack } = require('../call-stack.js');
const { cleanUrl } = require('../target.js');

// Calls of fetch whose request has not been made yet; a call that makes none is forgotten.
const MAX_CALLS = 64;

/**
 * Requests of fetch and undici, until the body has ended. undici's channels tell of them; but fetch makes its request
 * later, when the caller has left the stack.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, wrapper, subscribe, modules }) {
  /** @type {WeakMap<object, InstanceType<typeof import('../sink.js').Operation>>} */
  const operations = new WeakMap();
  /** @type {{url: string, holder: object}[]} */
  const calls = [];

  wrapper.replace(globalThis, 'fetch', {
    style: 'call',
    kind: KIND.fetch,
    method: '',
    enter: function enter(/** @type {any} */ input) {
      const holder = {};
      noteStack(holder, enter);
      calls.push({ url: urlOf(input), holder });
      if (calls.length > MAX_CALLS) calls.shift();
    },
  });

  subscribe('undici:request:create', function onCreate(/** @type {any} */ { request }) {
    modules.loadedNow();
    const { method, path } = request;
    const origin = String(request.origin ?? '');
    const address = cleanUrl(path ?? '');
    const target = `${method} ${origin.replace(/^https?:\/\//, '')}${address}`;
    const operation = sink.begin(KIND.fetch, method, target, onCreate);
    if (!operation) return;
    operations.set(request, operation);
    const at = calls.findIndex(({ url }) => url === `${origin}${address}`);
    if (at === -1) return;
    operation.shared = readStack(calls[at].holder);
    calls.splice(at, 1);
  });
  subscribe('undici:request:headers', (/** @type {any} */ { request, response }) => {
    const operation = operations.get(request);
    if (!operation) return;
    sink.firstByte(operation);
    operation.status = response.statusCode;
  });
  subscribe('undici:request:trailers', (/** @type {any} */ { request }) =>
    sink.end(operations.get(request)),
  );
  subscribe('undici:request:error', (/** @type {any} */ { request, error }) =>
    sink.end(operations.get(request), error),
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
