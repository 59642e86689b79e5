'use strict';

const { EventEmitter } = require('node:events');
const { message, settled, thrown, values } = require('./common');

const stock = new EventEmitter();

function checkout() {
  const { order, amount, customer, items, prices } = values();
  const error = new Error(message());
  thrown();
  stock.emit('error', error);
  return [order, amount, customer, items, prices];
}

settled(checkout);
