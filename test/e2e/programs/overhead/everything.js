'use strict';

// Turns its loop, asks itself, blocks, and says what recording has taken of it by its own account.
const http = require('node:http');
const { once } = require('node:events');
const { stats } = require('../../../../js/api.js');

const REQUESTS = 300;

async function main() {
  const server = http.createServer((_request, response) => response.end('x')).listen(0);
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  for (let i = 0; i < REQUESTS; i++) {
    await new Promise((resolve, reject) => {
      http.get({ port }, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
  }
  for (const end = performance.now() + 300; performance.now() < end; );
  await new Promise((resolve) => setTimeout(resolve, 100));
  server.close();
  server.closeAllConnections();
  console.log(JSON.stringify({ ...stats()?.overhead, elapsedMs: performance.now() }));
}

main();
