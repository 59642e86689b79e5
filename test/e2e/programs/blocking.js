'use strict';

const { hrtime } = require('node:process');

/** Keeps the thread busy for `ms`; returns how long that really took, in milliseconds. */
function spin(ms) {
  const start = hrtime.bigint();
  const end = start + BigInt(Math.round(ms * 1e6));
  let now = start;
  while (now < end) now = hrtime.bigint();
  return Number(now - start) / 1e6;
}

/** Each of these does `block` in another kind of callback, in a turn that has no other work. */
const contexts = {
  timer: (block) => setTimeout(block, 5),
  immediate: (block) => setImmediate(block),
  'fs.stat': (block) => require('node:fs').stat(__filename, block),
  randomBytes: (block) => require('node:crypto').randomBytes(16, block),
  socket(block) {
    const net = require('node:net');
    const server = net.createServer((socket) => {
      socket.once('data', () => {
        block();
        socket.destroy();
        server.close();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const client = net.connect(server.address().port, '127.0.0.1', () => client.write('x'));
      client.on('error', () => {});
    });
  },
};

module.exports = { contexts, spin };
