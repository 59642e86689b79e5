'use strict';

// Rests, until something from outside wakes it: then it blocks, there and then.

const { spawn } = require('node:child_process');
const net = require('node:net');
const { Worker } = require('node:worker_threads');

const REST_MS = 2700;
const BLOCK_MS = 100;
/** Says something when the other has rested. */
const peer = (/** @type {string} */ say) => `setTimeout(() => { ${say} }, ${REST_MS})`;

function blocksAfterRest() {
  const end = Date.now() + BLOCK_MS;
  for (let sum = 0; Date.now() < end; sum++) Math.sqrt(sum);
}

/** TABLE of what wakes it. @type {Record<string, (done: () => void) => void>} */
const WAYS = {
  timer: (done) => void setTimeout(done, REST_MS),
  message(done) {
    const say = peer('require("node:worker_threads").parentPort.postMessage(1)');
    new Worker(say, { eval: true }).once('message', done);
  },
  socket(done) {
    const server = net
      .createServer((socket) => socket.once('data', done))
      .listen(0, '127.0.0.1', () => {
        const { port } = /** @type {net.AddressInfo} */ (server.address());
        const say = `const socket = require("node:net").connect(${port}, "127.0.0.1", () => ${peer('socket.end("x")')});`;
        new Worker(say, { eval: true }).once('exit', () => server.close());
      });
  },
  pipe: (done) => void spawn('sh', ['-c', 'sleep 2.7; echo x']).stdout.once('data', done),
};

WAYS[process.argv[2]](blocksAfterRest);
