'use strict';

// Started with a heap of 100 MB, of which 94 are used.

const { getHeapStatistics } = require('node:v8');

const held = [];
while (getHeapStatistics().used_heap_size < 94 * 2 ** 20)
  for (let i = 0; i < 100; i++) held.push({ i, list: [i] });
setTimeout(() => {
  const kept = held;
  throw new Error(`${kept.length > 0}`);
}, 5);
