'use strict';

const { settled, thrown, values } = require('./common');

/** @param {number} depth @returns {number} */
function descend(depth) {
  return descend(depth + 1) + 1;
}

function checkout() {
  const { order, amount, customer, items, prices } = values();
  thrown();
  descend(0);
  return [order, amount, customer, items, prices];
}

settled(checkout);
