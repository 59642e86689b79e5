'use strict';

// A program that lives on after each: all are thrown to its handler, in order.
process.on('uncaughtException', (error) => console.log('handled', error));

for (let count = 0; count < 12; count++) {
  process.nextTick(() => {
    throw count;
  });
}
