'use strict';

// worker-terminated.js DELAY: workers that crash with much to capture are terminated meanwhile.

const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

function crash() {
  const rows = new Map();
  for (let key = 0; key < 20_000; key++) rows.set(key, { key, text: `row ${key}` });
  const lists = Array.from({ length: 200 }, (_, index) => ({ index, nested: { deep: [index] } }));
  parentPort.postMessage('about to crash');
  throw new Error(`${rows.size} ${lists.length} ${workerData}`);
}

async function main(delay) {
  for (let round = 0; round < 4; round++) {
    const worker = new Worker(__filename, { workerData: round });
    worker.on('error', () => {});
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    await new Promise((resolve) => worker.once('message', resolve));
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    await Promise.all([worker.terminate(), exited]);
  }
  console.log('main goes on');
}

if (isMainThread) main(Number(process.argv[2]));
else setTimeout(crash, 5);
