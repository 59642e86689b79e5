'use strict';

// worker.js HOW: blocks the loop, waits for a slow server, allocates, and ends as it is told to.

const fs = require('node:fs');
const http = require('node:http');

function grind(ms) {
  const start = Date.now();
  while (Date.now() - start < ms) JSON.stringify({ a: Math.random() });
}

const ENDS = {
  well() {},
  exit() {
    process.exit(3);
  },
  throw() {
    const order = { id: 1017 };
    throw new Error(`order ${order.id} is lost`);
  },
  reject() {
    Promise.reject(new Error('nobody cares'));
  },
  kill() {
    process.kill(process.pid, 'SIGKILL');
  },
  memory() {
    const kept = [];
    for (;;) kept.push(new Array(1000).fill(kept.length));
  },
  endless() {
    for (;;);
  },
  wait() {
    process.on('SIGTERM', () => {
      fs.writeSync(1, 'told to end\n');
      process.exit(0);
    });
    setInterval(() => {}, 1000);
    fs.writeSync(1, 'waiting\n');
  },
};

fs.writeSync(1, 'its own output\n');
fs.writeSync(2, 'its own complaint\n');
const server = http.createServer((_request, response) => {
  setTimeout(() => response.end('slow'), 150);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  http.get({ port, path: '/prices?token=abc', agent: false }, (response) => {
    response.resume().on('end', () => {
      server.close();
      setTimeout(() => {
        grind(120);
        setTimeout(ENDS[process.argv[2]], 20);
      }, 10);
    });
  });
});
