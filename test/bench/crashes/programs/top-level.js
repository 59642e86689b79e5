'use strict';

const { message, thrown, values } = require('./common');

function checkout() {
  const { order, amount, customer, items, prices } = values();
  thrown();
  if (amount) throw new Error(message());
  return [order, amount, customer, items, prices];
}

checkout();
