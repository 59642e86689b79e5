'use strict';

const http = require('node:http');
const path = require('node:path');
const { once } = require('node:events');
const { monotonicNow } = require('../spin');

/** @typedef {import('../types').Early} Early */

const PEERS = path.join(__dirname, '..', '..', 'peers', 'node_modules');
const NO_LIMIT = 1_000_000;

/**
 * The events of an envelope: lines of JSON, each item below a header of its own.
 * @param {string} envelope
 */
function eventsOf(envelope) {
  const lines = envelope.split('\n').filter((line) => line.startsWith('{'));
  const parts = lines.map((line) => JSON.parse(line));
  const events = parts.filter(
    ({ exception }) => exception?.values?.[0]?.type === 'EventLoopBlocked',
  );
  return events.map((event) => ({ sentAt: Date.parse(parts[0].sent_at), event }));
}

/**
 * @param {number} thresholdMs
 * @returns {import('../types').Tool}
 */
const sentry = (thresholdMs) => ({
  name: `sentry-${thresholdMs}`,
  title: `@sentry/node-native, threshold ${thresholdMs} ms`,
  thresholdMs,
  tellsDuration: false,
  tellsCause: false,
  names: 'blocker',
  tellsEarly: true,
  package: '@sentry/node-native',
  note: 'eventLoopBlockIntegration, which takes any threshold; its worker sends each event to a server on loopback.',
  inside() {
    const Sentry = require(path.join(PEERS, '@sentry/node'));
    const { eventLoopBlockIntegration } = require(path.join(PEERS, '@sentry/node-native'));
    const options = { threshold: thresholdMs, maxEventsPerHour: NO_LIMIT };
    Sentry.init({
      dsn: `http://key@127.0.0.1:${process.env.ACCURACY_PORT}/1`,
      integrations: [eventLoopBlockIntegration(options)],
    });
  },
  async listen() {
    /** @type {Early[]} */
    const early = [];
    const server = http.createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      const seen = monotonicNow();
      response.end('{}');
      for (const { sentAt, event } of eventsOf(text)) {
        // It says when it was made; the loop had been blocked for the threshold by then.
        const to = monotonicNow() - (Date.now() - sentAt);
        const frames = event.exception.values[0].stacktrace?.frames ?? [];
        // Outermost first.
        const functions = frames.map((/** @type {any} */ frame) => frame.function ?? '').reverse();
        early.push({ from: to - thresholdMs, to, ms: null, cause: null, functions, seen });
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    return {
      execArgv: [],
      env: { ACCURACY_PORT: String(port) },
      reports: () => early,
      early: () => early,
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    };
  },
});

module.exports = { at50: sentry(50), at20: sentry(20) };
