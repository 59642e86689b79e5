'use strict';

Promise.resolve('x').then(function consume(value) {
  const taken = `${value}!`;
  throw new Error(`choked on ${taken}`);
});
