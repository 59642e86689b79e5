'use strict';

// keep-alive.js PORT CLOSED-PORT: three requests on one socket, then one that is refused.

const http = require('node:http');

const [port, closed] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });

const get = (to, path) =>
  new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port: to, path, agent });
    request.on('error', resolve).on('response', (response) => response.on('end', resolve).resume());
  });

async function main() {
  await get(port, '/answer/0/1');
  await get(port, '/answer/0/2');
  await get(port, '/answer/0/3');
  await get(closed, '/refused');
  agent.destroy();
}

main();
