'use strict';

// JavaScript on the CPU and nothing else: text to objects, a sum over them, and objects to text.
const { WARM_UP_MS, measureWhenAsked, rate } = require('./measuring');

const ORDERS = 200;
const SLICE_MS = 80;

const text = JSON.stringify(
  Array.from({ length: ORDERS }, (_, id) => ({
    id,
    customer: { name: `customer ${id}`, tags: ['a', 'b', `tag ${id % 7}`] },
    lines: Array.from({ length: 5 }, (_, line) => ({
      article: line,
      price: id * 0.5,
      count: line,
    })),
  })),
);

function work() {
  const orders = JSON.parse(text);
  for (const order of orders) {
    order.total = 0;
    for (const { price, count } of order.lines) order.total += price * count;
  }
  orders.sort((/** @type {any} */ a, /** @type {any} */ b) => b.total - a.total);
  if (JSON.stringify(orders).length < text.length) throw new Error('some of it is lost');
}

const measure = async (/** @type {number} */ forMs) => ({
  documentsPerSecond: await rate(work, forMs),
});
measureWhenAsked(measure, WARM_UP_MS, SLICE_MS);
