'use strict';

// Uses up the JavaScript heap: ends by V8's "JavaScript heap out of memory". Run it with a small
// --max-old-space-size. With `shrinks` as its argument it lets go of all in time, once it is near the limit, and
// ends well.

const { getHeapStatistics } = require('node:v8');

const shrinks = process.argv[2] === 'shrinks';
let kept = [];

class Order {
  constructor(number) {
    this.number = number;
    this.list = [number, number + 1];
  }
}

function allocate() {
  for (let i = 0; i < 1000; ++i) kept.push(new Order(i));
}

/** Whether the limit has been raised. */
function isRaised(before) {
  return getHeapStatistics().heap_size_limit > before;
}

const limit = getHeapStatistics().heap_size_limit;
if (shrinks) {
  while (!isRaised(limit)) allocate();
  kept = [];
  // The memory is free once it has been collected; the limit is looked at when the loop turns.
  const turns = setInterval(() => {
    for (let i = 0; i < 20; ++i) allocate();
    kept = [];
    if (isRaised(limit)) return;
    clearInterval(turns);
    console.log('shrunk');
  }, 20);
} else {
  for (;;) allocate();
}
