'use strict';

// A listener of the main thread's is called from one of Node's own.
const { Worker } = require('node:worker_threads');

const worker = new Worker(
  "require('node:worker_threads').parentPort.postMessage({ weight: 12 });",
  { eval: true },
);
worker.on('message', function weigh({ weight }) {
  const limit = weight - 2;
  throw new RangeError(`over the limit of ${limit}`);
});
