'use strict';

function total() {
  const orders = Array.from({ length: 300 }, (_, id) => ({ id, item: { price: id } }));
  throw new Error(`${orders.length} orders`);
}

setTimeout(total, 10);
