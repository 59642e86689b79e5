'use strict';

const { Worker, isMainThread } = require('node:worker_threads');

/** In the worker. */
function startTimer() {
  const { message, settled, thrown, values } = require('./common');

  function checkout() {
    const { order, amount, customer, items, prices } = values();
    thrown();
    if (amount) throw new Error(message());
    return [order, amount, customer, items, prices];
  }

  settled(checkout);
}

if (isMainThread) new Worker(__filename, { argv: process.argv.slice(2) });
else startTimer();
