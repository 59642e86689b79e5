'use strict';

// Work of every kind, for a peer to show that it sees what it claims to.
const dns = require('node:dns');
const { once } = require('node:events');
const http = require('node:http');
const { setTimeout: delay } = require('node:timers/promises');

const SETTLE_MS = 800;
const BLOCK_MS = 300;

/** Keeps the loop busy. */
function block() {
  const start = performance.now();
  let sum = 0;
  while (performance.now() - start < BLOCK_MS) sum += Math.sqrt(sum + 1);
  return sum;
}

/** Makes garbage, so that hooks hear of resources that are gone. */
async function churn() {
  for (let index = 0; index < 20_000; index++) await null;
  for (let index = 0; index < 20; index++) setTimeout(() => {});
}

async function request() {
  const server = http.createServer((_request, response) => response.end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const [response] = await once(http.get({ host: '127.0.0.1', port }), 'response');
  await once(response.resume(), 'end');
  server.close();
}

async function main() {
  await delay(SETTLE_MS); // what starts threads or workers of its own
  setTimeout(block);
  await delay(BLOCK_MS);
  await churn();
  await request();
  await new Promise((resolve) => dns.lookup('localhost', resolve));
  await delay(SETTLE_MS);
  process.emit(/** @type {any} */ ('worked'));
}

process.on('disconnect', () => process.exit());
main();
