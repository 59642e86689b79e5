'use strict';

// Answers every HTTP request with the same bytes, without parsing more of it than where it ends: it has
// to use less CPU than the fastest client that it answers. Requests have no body.
const net = require('node:net');
const { stayAwake } = require('./awake');

const BODY = '{"hello":"world"}';
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n` +
    `connection: keep-alive\r\nkeep-alive: timeout=600\r\n\r\n${BODY}`,
);
const END = '\r\n\r\n';
// A client that asks at all does so more often.
const AWAKE_MS = 20;

let askedAt = -Infinity;
let isAwake = false;

function wasAsked() {
  askedAt = performance.now();
  if (isAwake) return;
  isAwake = true;
  stayAwake(() => {
    isAwake = performance.now() - askedAt < AWAKE_MS;
    return isAwake;
  });
}

const server = net.createServer((socket) => {
  let rest = '';
  socket.setNoDelay().on('data', (chunk) => {
    wasAsked();
    const heads = (rest + chunk.toString('latin1')).split(END);
    rest = heads.pop() ?? '';
    for (let count = heads.length; count > 0; count--) socket.write(ANSWER);
  });
  socket.on('error', () => socket.destroy()); // a client that was killed
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: /** @type {net.AddressInfo} */ (server.address()).port });
});
process.on('disconnect', () => process.exit());
