'use strict';

const { settled, thrown, values } = require('./common');

function checkout() {
  const { order, amount, customer, items, prices } = values();
  const rows = [];
  thrown();
  while (amount) rows.push({ row: rows.length, text: `row ${rows.length}` });
  return [order, amount, customer, items, prices];
}

settled(checkout);
