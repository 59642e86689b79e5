'use strict';

const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename, { resourceLimits: { stackSizeMb: 2 } });
  worker.on('error', (error) => console.log(`worker: ${error.name}`));
  worker.on('exit', (code) => console.log(`worker exit ${code}`));
} else {
  const plunge = (depth) => plunge(depth + 1) + 1;
  plunge(0);
}
