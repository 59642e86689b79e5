'use strict';

// A worker uses up its own small heap: it ends with ERR_WORKER_OUT_OF_MEMORY, and the process lives and says so.

const { isMainThread, Worker } = require('node:worker_threads');

function useUpHeap() {
  const kept = [];
  for (;;) kept.push({ text: `${kept.length}`, list: [kept.length] });
}

if (isMainThread) {
  const worker = new Worker(__filename, { resourceLimits: { maxOldGenerationSizeMb: 24 } });
  worker.on('error', (error) => console.log(error.code));
  worker.on('exit', (code) => console.log('worker exit', code));
} else {
  useUpHeap();
}
