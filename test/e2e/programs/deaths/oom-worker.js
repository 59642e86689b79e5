'use strict';

// A worker uses up its own small heap: it ends with ERR_WORKER_OUT_OF_MEMORY, and the process lives and says so. With
// `strings` as its argument it allocates those, of which many die young.

const { isMainThread, Worker } = require('node:worker_threads');

const makes = {
  objects: (count) => ({ text: `${count}`, list: [count] }),
  strings: (count) => JSON.stringify({ count, text: 'x'.repeat(500) }),
};

function useUpHeap(make) {
  const kept = [];
  for (;;) kept.push(make(kept.length));
}

if (isMainThread) {
  const worker = new Worker(__filename, {
    argv: process.argv.slice(2),
    resourceLimits: { maxOldGenerationSizeMb: 24 },
  });
  worker.on('error', (error) => console.log(error.code));
  worker.on('exit', (code) => console.log('worker exit', code));
} else {
  useUpHeap(makes[process.argv[2] ?? 'objects']);
}
