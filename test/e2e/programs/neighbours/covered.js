'use strict';

// Half of it is called; then it crashes.

function called(list) {
  return list.map((one) => one * 2).filter((one) => one > 2);
}

function never() {
  return 'never';
}

class Shelf {
  constructor() {
    this.items = called([1, 2, 3]);
  }

  sum() {
    return this.items.reduce((a, b) => a + b, 0);
  }

  empty() {
    this.items = [];
    never();
  }
}

async function later() {
  await null;
  if (new Shelf().sum() > 5) throw new Error('the shelf is full');
}

process.on('uncaughtException', (error) => {
  console.log(error.message);
  process.exitCode = 4;
});
setTimeout(() => {
  later().catch((error) => {
    setImmediate(() => {
      throw error;
    });
  });
}, 10);
