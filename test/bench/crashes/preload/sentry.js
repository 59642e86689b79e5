'use strict';

// @sentry/node as its documentation sets it up, but for the transport: what would be sent is appended to a file.
const fs = require('node:fs');
const Sentry = require('../../peers/node_modules/@sentry/node');

Sentry.init({
  dsn: 'https://key@127.0.0.1/1', // never asked
  includeLocalVariables: true,
  transport: (options) =>
    Sentry.createTransport(options, async ({ body }) => {
      fs.appendFileSync('sentry.envelopes', body);
      fs.appendFileSync('sentry.envelopes', '\n');
      return { statusCode: 200 };
    }),
});
