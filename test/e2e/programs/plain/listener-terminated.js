'use strict';

// A worker that is terminated while a listener of its messages computes.
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('message', async () => console.log('terminated', await worker.terminate()));
  worker.on('exit', (code) => console.log('exit', code));
  worker.postMessage('go on');
} else {
  parentPort.on('message', () => {
    parentPort.postMessage('for ever');
    for (;;);
  });
}
