'use strict';

// What Sentry's documentation has a user write who wants the variables of a crash: a DSN and includeLocalVariables.
// No tracesSampleRate, as even 0 would switch its tracing on. Events are dropped where they would be sent.
const { createRequire } = require('node:module');
const path = require('node:path');

const requirePeer = createRequire(path.join(__dirname, '..', 'peers', 'package.json'));
const Sentry = requirePeer('@sentry/node');

let sent = '';
Sentry.init({
  dsn: 'http://key@127.0.0.1:9/1',
  includeLocalVariables: true,
  transport: (/** @type {object} */ options) =>
    Sentry.createTransport(options, async (/** @type {{body: string | Uint8Array}} */ { body }) => {
      if (process.env.BENCH_PROOF) sent += Buffer.from(body).toString();
      return { statusCode: 200 };
    }),
});

if (process.env.BENCH_PROOF) {
  const { LOCAL, crash, prove } = require('./prove');
  process.once('worked', crash);
  prove(() => new RegExp(`"${LOCAL.name}":"?<?${LOCAL.value}`).test(sent) && 'locals in its event');
}
