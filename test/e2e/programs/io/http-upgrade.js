'use strict';

// http-upgrade.js PORT: connections that become something else when the answer's headers have come.

const { once } = require('node:events');
const http = require('node:http');
const { measure, report } = require('./measure.js');

const port = process.argv[2];
const address = { host: '127.0.0.1', port };
const headers = { Connection: 'Upgrade', Upgrade: 'test' };

async function main() {
  const target = `GET 127.0.0.1:${port}/upgrade`;
  await measure({ kind: 'http', target, method: 'GET', status: 101 }, async function upgraded() {
    const [, socket] = await once(http.get({ ...address, path: '/upgrade', headers }), 'upgrade');
    socket.destroy();
  });
  const tunnel = { kind: 'http', target: 'CONNECT far.test:443', method: 'CONNECT', status: 200 };
  await measure(tunnel, async function connected() {
    const request = http.request({ ...address, method: 'CONNECT', path: 'far.test:443' });
    const [, socket] = await once(request.end(), 'connect');
    socket.destroy();
  });
}

main().then(() => report());
