'use strict';

const { Worker, isMainThread } = require('node:worker_threads');

function workerNeverEnds() {
  let count = 0;
  for (;;) count = (count + 1) % 1000;
}

if (isMainThread) new Worker(__filename);
else setTimeout(workerNeverEnds, 50);
