'use strict';

// The main thread and workers start and stop at once, again and again.
const fs = require('node:fs');
const { Worker, isMainThread } = require('node:worker_threads');
const api = require('../../../../js/api.js');

const WORKERS = 3;
const ROUNDS = 40;

const moment = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5));

async function main() {
  for (let round = 0; round < ROUNDS; round++) {
    api.start();
    await moment();
    fs.readFileSync(__filename);
    api.stop();
    if (round % 3 === 0) await moment();
  }
  console.log('done');
}

if (isMainThread) for (let i = 0; i < WORKERS; i++) new Worker(__filename);
main();
