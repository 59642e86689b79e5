'use strict';

// contexts.js [WHERE]: says in the main thread or in a worker whether Node has switched its asynchronous contexts on, which
// the first timer or immediate to end does in Node 24. This program has an interval. --expose-internals.

const { Worker, isMainThread } = require('node:worker_threads');

function tell() {
  const frame = require('internal/async_context_frame');
  let times = 0;
  setInterval(() => {
    if (++times < 10) return;
    console.log(Object.getPrototypeOf(frame).name);
    process.exit();
  }, 20);
}

if (isMainThread && process.argv[2] === 'worker') new Worker(__filename);
else tell();
