'use strict';

// Says when it begins to rest, and rests: a CPU profile begins, which takes the loop 10 ms and more.
const START_MS = 30;
const REST_MS = 700;

setTimeout(() => {
  console.log(Date.now());
  setTimeout(() => {}, REST_MS);
}, START_MS);
