'use strict';

// Worker threads for heavy work, one of which blocks for too long. From the repository root:
//
//   LOOPDET_LOG=text node --require loopdet-addon examples/worker-threads/server.js
//
// Lines of a worker begin with its number, and its files have it in their names, after the process's. The main thread, whose
// loop is free, tells of nothing. A worker that crashes ends alone, if the main thread listens to its 'error': its crash file
// says in which thread it was.

const { Worker, isMainThread, parentPort, threadId } = require('node:worker_threads');

if (isMainThread) {
  for (const job of [{ primesBelow: 3_000_000 }, { primesBelow: -1 }]) {
    const worker = new Worker(__filename);
    worker.once('message', (count) => console.log(`${count} primes below ${job.primesBelow}`));
    worker.once('error', (error) => console.log(`worker ended: ${error.message}`));
    worker.postMessage(job);
  }
} else {
  parentPort.once('message', ({ primesBelow }) => {
    parentPort.postMessage(countPrimes(primesBelow));
  });
}

function countPrimes(limit) {
  const sieve = new Uint8Array(limit);
  let count = 0;
  for (let number = 2; number < limit; number++) {
    if (sieve[number]) continue;
    count += 1;
    for (let multiple = 2 * number; multiple < limit; multiple += number) sieve[multiple] = 1;
  }
  console.log(`thread ${threadId} is done`);
  return count;
}
