'use strict';

const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

// Workers come and go, three at a time; each is ended in another way.
if (isMainThread) {
  const results = [];
  let left = 9;
  const launch = (number) => {
    const worker = new Worker(__filename, { workerData: number });
    worker.on('message', (message) => {
      results.push(message);
      if (number % 3 === 2) worker.terminate();
    });
    worker.on('exit', () => {
      left -= 1;
      if (left >= 3) launch(number + 3);
      if (left === 0) console.log(`${results.length} answers`);
    });
  };
  for (const number of [0, 1, 2]) launch(number);
} else {
  parentPort.postMessage(workerData);
  if (workerData % 3 === 1) process.exit(1);
  if (workerData % 3 === 2) setInterval(() => {}, 1000);
}
