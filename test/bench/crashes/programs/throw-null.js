'use strict';

const { settled, thrown, values } = require('./common');

function checkout() {
  const { order, amount, customer, items, prices } = values();
  thrown();
  if (amount) throw null;
  return [order, amount, customer, items, prices];
}

settled(checkout);
