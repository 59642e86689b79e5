'use strict';

// What a second tool has seen of this program, and that everything worked.

const calls = globalThis.toolCalls;
calls.length = 0;

const fs = require('node:fs');
const dns = require('node:dns');
const http = require('node:http');
const net = require('node:net');
require('node:tls');
require('node:child_process');

async function main() {
  const done = [];
  done.push(fs.readFileSync(__filename).length > 0);
  done.push((await fs.promises.readFile(__filename)).length > 0);
  await new Promise((resolve) => {
    fs.readFile(__filename, (error) => resolve(done.push(error)));
  });
  await new Promise((resolve) => {
    dns.lookup('localhost', (error) => resolve(done.push(error)));
  });
  const server = http.createServer((_request, response) => response.end('text'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => {
    http.get({ port, host: '127.0.0.1', agent: false }, (response) => {
      response.resume().on('end', () => resolve(done.push(response.statusCode)));
    });
  });
  await new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.end());
    socket.resume().on('close', () => resolve(done.push('closed')));
  });
  server.close();
  console.log(done);
  console.log(calls.join('\n'));
}

main();
