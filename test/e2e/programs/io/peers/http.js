'use strict';

// HTTP servers whose answers are late, each in its own way; the delays are in the path, and `?later=MS` adds to the first.

const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');

/** @param {number} ms @param {() => void} then */
const after = (ms, then) => setTimeout(then, ms).unref();

/**
 * One row per way: what `/way/MS/MS` does.
 *
 * @type {Record<string, (response: any, first: number, second: number, request: any) => void>}
 */
const WAYS = {
  // Headers after `first`, the rest `second` later.
  answer(response, first, second) {
    after(first, () => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('begin');
      after(second, () => response.end('end'));
    });
  },
  empty: (response, first) => void after(first, () => response.writeHead(204).end()),
  // After `first`: nothing at all, or half a body, and then the connection is cut.
  reset: (_response, first, _second, { socket }) => void after(first, () => socket.destroy()),
  cut(response, first, second, { socket }) {
    after(first, () => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      after(second, () => socket.destroy());
    });
  },
  endless(response, first) {
    after(first, () => {
      response.writeHead(200);
      response.write('begin');
    });
  },
  silent() {},
};

/** @param {any} request @param {any} response */
function onRequest(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const [, way, first = '0', second = '0'] = pathname.split('/');
  const later = Number(searchParams.get('later') ?? 0);
  request.resume();
  if (way in WAYS) WAYS[way](response, Number(first) + later, Number(second), request);
  else response.writeHead(404).end();
}

/** @param {any} server @returns {Promise<{port: string, close: () => Promise<void>}>} */
async function listen(server) {
  /** @type {Set<net.Socket>} */
  const sockets = new Set();
  server.on('connection', (/** @type {net.Socket} */ socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: String(server.address().port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** @param {{key: Buffer, cert: Buffer}} [secure] */
function slowHttp(secure) {
  const server = secure ? https.createServer(secure, onRequest) : http.createServer(onRequest);
  server.keepAliveTimeout = 60_000;
  server.on('tlsClientError', () => {});
  server.on('upgrade', (_request, socket) => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n';
    after(250, () => socket.write(head));
  });
  server.on('connect', (_request, socket) => {
    after(250, () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  });
  return listen(server);
}

/** HTTP/2 only. @param {{key: Buffer, cert: Buffer}} secure */
function slowHttp2(secure) {
  const server = http2.createSecureServer(secure, onRequest);
  server.on('sessionError', () => {});
  return listen(server);
}

/** TLS after a wait of `ms` before the handshake; on request it is never made but cut. */
function slowHandshake(secure, ms, cut = false) {
  const inner = https.createServer(secure, onRequest);
  inner.on('tlsClientError', () => {});
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    after(ms, () => (cut ? socket.resetAndDestroy() : inner.emit('connection', socket)));
  });
  return listen(server);
}

/** A port where nobody listens. */
async function closedPort() {
  const { port, close } = await listen(net.createServer());
  await close();
  return port;
}

module.exports = { closedPort, slowHandshake, slowHttp, slowHttp2 };
