'use strict';

// hosts-lookup.js PORT: look-ups of names in the hosts file, by the program and by a connection.

const dns = require('node:dns');
const net = require('node:net');

dns.lookup('localhost', async (error) => {
  if (error) throw error;
  await dns.promises.lookup('localhost');
  await dns.promises.lookup('127.0.0.1');
  const socket = net.connect({ port: Number(process.argv[2]), host: 'localhost', family: 4 });
  socket.on('connect', () => socket.destroy());
});
