import common from './common.js';

function checkout() {
  const { order, amount, customer, items, prices } = common.values();
  common.thrown();
  if (amount) throw new Error(common.message());
  return [order, amount, customer, items, prices];
}

checkout();
