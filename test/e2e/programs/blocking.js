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

/** How many iterations of PBKDF2 with SHA-512 use about `ms` of a CPU here, and so take no less: one native call. */
function iterationsFor(ms) {
  // Here: most programs that block need none of it.
  const { pbkdf2Sync } = require('node:crypto');
  const tried = 100_000;
  const before = process.cpuUsage();
  pbkdf2Sync('secret', 'salt', tried, 64, 'sha512');
  const { user, system } = process.cpuUsage(before);
  return Math.ceil(((ms * 1000) / (user + system)) * tried);
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

module.exports = { contexts, iterationsFor, spin };
