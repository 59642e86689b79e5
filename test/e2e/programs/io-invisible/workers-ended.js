'use strict';

// Workers that are ended while file operations are under way; and some that end by themselves.

const dns = require('node:dns');
const fs = require('node:fs');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

const ROUNDS = 40;

async function handles() {
  const file = await fs.promises.open(__filename);
  const { bytesRead } = await file.read(Buffer.alloc(10), 0, 10, 0);
  const { size } = await file.stat();
  const text = await file.readFile('utf8');
  await file.close();
  parentPort.postMessage([bytesRead, size === text.length, file.fd]);
}

function endless() {
  let calls = 0;
  const again = () => {
    fs.readFile(__filename, again);
    if (++calls === 5) parentPort.postMessage('under way');
  };
  const later = async () => {
    for (;;) {
      const file = await fs.promises.open(__filename);
      await file.read(Buffer.alloc(1));
      await file.close();
      await dns.promises.lookup('localhost');
    }
  };
  for (let number = 0; number < 8; number++) again();
  later();
  later();
  setInterval(() => {
    for (let number = 0; number < 50; number++) fs.statSync(__filename);
  });
}

async function main() {
  let ended = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const worker = new Worker(__filename, { workerData: 'endless' });
    await new Promise((resolve) => worker.once('message', resolve));
    if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    ended += Number((await worker.terminate()) === 1);
  }
  console.log('ended', ended);
  for (let round = 0; round < 3; round++) {
    const worker = new Worker(__filename, { workerData: 'handles' });
    const [message] = await Promise.all([
      new Promise((resolve) => worker.once('message', resolve)),
      new Promise((resolve) => worker.once('exit', (code) => resolve(console.log('exit', code)))),
    ]);
    console.log(message);
  }
  fs.readFile(__filename, (error) => console.log('main', error));
}

if (isMainThread) main();
else if (workerData === 'handles') handles();
else endless();
