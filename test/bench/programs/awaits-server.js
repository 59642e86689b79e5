'use strict';

const http = require('node:http');

const AWAITS = 10;

/** @param {number} value */
async function step(value) {
  return value + 1;
}

async function handle() {
  let value = 0;
  for (let index = 0; index < AWAITS; index++) value = await step(value);
  return JSON.stringify({ value });
}

const server = http.createServer(async (_request, response) => {
  const body = await handle();
  response.setHeader('content-type', 'application/json');
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });
});
process.on('disconnect', () => process.exit());
