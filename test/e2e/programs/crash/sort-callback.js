'use strict';

const prices = [3, 1, 2];

prices.sort((left, right) => {
  const difference = `${left}-${right}`;
  throw new Error(`cannot compare ${difference}`);
});
