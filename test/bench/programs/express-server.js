'use strict';

// Each request makes one of its own, to another path of the same server.
const http = require('node:http');
// @ts-ignore: in a folder of its own, installed by the runner
const express = require('../peers/node_modules/express');

// Longer than a process stands still while others are measured.
const KEEP_ALIVE_MS = 600_000;

const app = express();
const agent = new http.Agent({ keepAlive: true });
let port = 0;

app.get('/price', (/** @type {any} */ _request, /** @type {any} */ response) => {
  response.json({ price: 42 });
});

app.get(
  '/',
  (/** @type {any} */ _request, /** @type {any} */ response, /** @type {any} */ next) => {
    http
      .get({ host: '127.0.0.1', port, path: '/price', agent }, (inner) => {
        let text = '';
        inner.setEncoding('utf8');
        inner.on('data', (chunk) => {
          text += chunk;
        });
        inner.on('end', () => response.json({ total: JSON.parse(text).price * 2 }));
      })
      .on('error', next);
  },
);

const server = app.listen(0, '127.0.0.1', () => {
  port = /** @type {import('node:net').AddressInfo} */ (server.address()).port;
  process.send?.({ port });
});
server.keepAliveTimeout = KEEP_ALIVE_MS;
process.on('disconnect', () => process.exit());
