'use strict';

const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) {
  new Worker(__filename).on('exit', (code) => console.log(`worker exit ${code}`));
} else {
  process.on('uncaughtException', () => {});
  throw new Error('handled in the worker');
}
