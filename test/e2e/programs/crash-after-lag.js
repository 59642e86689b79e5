'use strict';

// A server is up, the loop was blocked once, and then the program dies.

const net = require('node:net');
const { spin } = require('./blocking.js');

const server = net.createServer().listen(0, '127.0.0.1', () => {
  setTimeout(() => spin(120), 20);
  setTimeout(() => {
    const { family } = server.address();
    throw new Error(`no ${family}`);
  }, 200);
});
