'use strict';

const http = require('node:http');

const server = http.createServer((request, response) => {
  const cart = { owner: request.url.slice(1), sum: 1250 };
  response.end(cart.discount.percent);
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  http.get({ port, host: '127.0.0.1', path: '/grace' }).on('error', () => {});
});
