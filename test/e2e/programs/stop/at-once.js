'use strict';

// The main thread and workers start and stop, again and again: all at the very same moment, and at any.
const fs = require('node:fs');
const { Worker, isMainThread, workerData } = require('node:worker_threads');
const api = require('../../../../js/api.js');

const THREADS = 4;
const ROUNDS = 40;
/** [how many threads have come, in all rounds]. */
const come = workerData ?? new Int32Array(new SharedArrayBuffer(4));

const moment = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5));

/** Busy, so that they leave within microseconds of each other. */
function waitForAll(round) {
  Atomics.add(come, 0, 1);
  while (Atomics.load(come, 0) < THREADS * (round + 1));
}

async function main() {
  for (let round = 0; round < ROUNDS; round++) {
    waitForAll(round);
    api.start();
    await moment();
    fs.readFileSync(__filename);
    api.stop();
    if (round % 3 === 0) await moment();
  }
  console.log('done');
}

if (isMainThread) {
  for (let i = 1; i < THREADS; i++) new Worker(__filename, { workerData: come });
}
main();
