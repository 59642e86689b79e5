'use strict';

const net = require('node:net');

const server = net.createServer((socket) => {
  socket.on('data', (data) => {
    const command = data.toString('utf8');
    throw new Error(`unknown command ${command}`);
  });
});

server.listen(0, '127.0.0.1', () => {
  net
    .connect(server.address().port, '127.0.0.1')
    .on('error', () => {})
    .end('HELO');
});
