'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { message, settled, thrown, values } = require('./common');

async function checkout() {
  const { order, amount, customer, items, prices } = values();
  await delay(1);
  thrown();
  if (amount) throw new Error(message());
  return [order, amount, customer, items, prices];
}

settled(() => void checkout());
