'use strict';

const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.postMessage({ task: 'paint' });
  worker.on('error', (error) => console.log(`worker: ${error.message}`));
} else {
  parentPort.on('message', (message) => {
    const brush = `brush for ${message.task}`;
    throw new TypeError(`no ${brush}`);
  });
}
