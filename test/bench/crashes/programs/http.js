'use strict';

// The handler of an order has asked for the stock, which is not told, when it throws.
const http = require('node:http');
const { message, request, settled, thrown, values } = require('./common');

function checkout() {
  const { order, amount, customer, items, prices } = values();
  thrown();
  if (amount) throw new Error(message());
  return [order, amount, customer, items, prices];
}

/** @param {http.Server} server @param {string} path */
function ask(server, path) {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  http.get({ port, path });
}

const stock = http.createServer(() => ask(shop, '/order')).listen(0, '127.0.0.1');
const shop = http.createServer(() => checkout()).listen(0, '127.0.0.1');
settled(() => ask(stock, request()));
