'use strict';

function shipOrder(number) {
  const order = { number, items: ['lamp', 'cable'] };
  throw new RangeError(`order ${order.number} has no address`);
}

setTimeout(() => shipOrder(1017), 5);
