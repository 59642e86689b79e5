'use strict';

// Requests over one connection, some to the same path as the one before; what is said of each while it is under way. Then
// another recording, which sees the same connection, and a client that leaves.

const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const loopdet = require('loopdet-addon/api');

const OPTIONS = { io: ['server'], quiet: true };

const inFlight = () => {
  const file = loopdet.report() ?? '';
  const { io } = JSON.parse(fs.readFileSync(file, 'utf8'));
  return io.inFlight.map((/** @type {any} */ { kind, target }) => `${kind} ${target}`);
};

/** @type {string[][]} */
const seen = [];
/** @type {import('node:net').Socket[]} */
const sockets = [];
const server = http.createServer((request, response) => {
  seen.push(inFlight());
  if (request.url !== '/left') response.end('answer');
});

server.on('connection', (socket) => sockets.push(socket));
server.listen(0, '127.0.0.1', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (/** @type {string} */ path) => http.get({ host: '127.0.0.1', port, path, agent });
  const get = async (/** @type {string} */ path) => {
    const [response] = await once(ask(path), 'response');
    await once(response.resume(), 'end');
    seen.push(inFlight());
  };
  for (const path of ['/a', '/a', '/b', '/b', '/a']) await get(path);

  const listeners = sockets[0].listenerCount('close');
  loopdet.stop();
  loopdet.start(OPTIONS);
  await get('/again');
  const added = sockets[0].listenerCount('close') - listeners;
  const arrived = once(server, 'request');
  const left = ask('/left').on('error', () => {});
  await arrived;
  left.destroy();
  await once(sockets[0], 'close');
  server.close();
  seen.push(inFlight());
  console.log(JSON.stringify({ seen, connections: sockets.length, added }));
});
