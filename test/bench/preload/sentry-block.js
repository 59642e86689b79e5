'use strict';

// Sentry with its watcher of blocked event loops, at the threshold that loopdet has. An event of a block is sent by
// its own worker, one an hour at most; nobody listens on port 9.
const { createRequire } = require('node:module');
const path = require('node:path');

const requirePeer = createRequire(path.join(__dirname, '..', 'peers', 'package.json'));
const Sentry = requirePeer('@sentry/node');
const { eventLoopBlockIntegration } = requirePeer('@sentry/node-native');

Sentry.init({
  dsn: `http://key@127.0.0.1:${process.env.BENCH_PROOF ?? 9}/1`,
  integrations: [eventLoopBlockIntegration({ threshold: 50 })],
  transport: (/** @type {object} */ options) =>
    Sentry.createTransport(options, async () => ({ statusCode: 200 })),
});

if (process.env.BENCH_PROOF) {
  const { prove } = require('./prove');
  const seen = () => fetch(`http://127.0.0.1:${process.env.BENCH_PROOF}`);
  prove(async () => {
    const text = await (await seen()).text();
    return text.includes('EventLoopBlocked') && text.includes('block') && 'an event of the block';
  });
}
