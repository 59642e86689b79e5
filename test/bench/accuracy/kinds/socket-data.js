'use strict';

const { once } = require('node:events');
const net = require('node:net');
const { spin } = require('../spin');

/** @type {net.Socket} */
let client;
/** @type {{ms: number, block: import('../types').Block} | null} */
let wanted = null;

/** @type {import('../types').Kind} */
module.exports = {
  name: 'socket-data',
  title: "a socket's 'data'",
  causes: ['js'],
  blocker: 'blockInSocketData',
  starter: 'startSocketData',
  async prepare() {
    const server = net.createServer((socket) => {
      socket.on('data', function blockInSocketData() {
        if (!wanted) return;
        const { ms, block } = wanted;
        wanted = null;
        block.begin();
        spin(ms);
        block.end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = /** @type {net.AddressInfo} */ (server.address());
    client = net.connect(address.port, '127.0.0.1');
    await once(client, 'connect');
  },
  start: function startSocketData(ms, block) {
    wanted = { ms, block };
    client.write('x');
  },
};
