'use strict';

// Workers in endless loops, terminated while their stall is being sampled.

const { Worker, isMainThread, parentPort } = require('node:worker_threads');

async function main() {
  for (let round = 0; round < 4; round++) {
    const worker = new Worker(__filename);
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    await new Promise((resolve) => worker.once('message', resolve));
    await new Promise((resolve) => setTimeout(resolve, 150 + round * 3));
    await Promise.all([worker.terminate(), exited]);
  }
  console.log('all gone');
}

if (isMainThread) {
  main();
} else {
  parentPort.postMessage('looping');
  setTimeout(() => {
    for (;;);
  }, 5);
}
