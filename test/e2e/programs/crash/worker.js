'use strict';

const { Worker, isMainThread, workerData } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename, { workerData: { shard: 12 } });
  worker.on('error', (error) => console.log(`worker: ${error.message}`));
  worker.on('exit', (code) => console.log(`worker exit ${code}`));
} else {
  (function index(data) {
    const path = `shard-${data.shard}`;
    throw new Error(`cannot index ${path}`);
  })(workerData);
}
