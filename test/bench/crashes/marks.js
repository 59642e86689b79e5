'use strict';

// The five variables that each program has where it crashes. Their values are worked out from a number that differs from run
// to run, so they stand in no source: what holds them has read the variables.

const LEAST = 100_000_000;

/** Nine digits. @param {number} seed @param {number} index */
function mark(seed, index) {
  let bits = Math.imul(seed ^ (index * 0x9e3779b1), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return LEAST + (((bits ^ (bits >>> 16)) >>> 0) % (9 * LEAST));
}

/** The variables' values. @param {number} seed */
function valuesOf(seed) {
  return {
    order: `order-${mark(seed, 1)}`,
    amount: mark(seed, 2),
    customer: { name: 'Ann', address: { city: `city-${mark(seed, 3)}` } },
    items: [`item-${mark(seed, 4)}`, `item-${mark(seed, 5)}`],
    prices: new Map([[`sku-${mark(seed, 6)}`, mark(seed, 7)]]),
  };
}

/** What has to stand in a file that knows them, by variable. @param {number} seed @returns {Record<string, string[]>} */
function tracesOf(seed) {
  const { order, amount, customer, items, prices } = valuesOf(seed);
  return {
    order: [order],
    amount: [String(amount)],
    customer: [customer.address.city],
    items,
    prices: [...prices].flat().map(String),
  };
}

/** Of the error. @param {number} seed */
const messageOf = (seed) => `no stock in warehouse ${mark(seed, 8)}`;

/** Of the request that waits for its answer. @param {number} seed */
const requestOf = (seed) => `/stock-${mark(seed, 9)}`;

const LOCALS = Object.keys(tracesOf(0)).length;

module.exports = { LOCALS, messageOf, requestOf, tracesOf, valuesOf };
