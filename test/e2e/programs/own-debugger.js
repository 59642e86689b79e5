'use strict';

// A program with a debugger of its own counts its pauses. It crashes, or with `rejections` as its argument handles
// rejections a moment later.

const inspector = require('node:inspector');

const session = new inspector.Session();
session.connect();
session.post('Debugger.enable');
let pauses = 0;
session.on('Debugger.paused', () => {
  pauses += 1;
});
process.on('exit', () => process.stdout.write(`pauses ${pauses}\n`));

async function rejects() {
  throw new Error('wanted');
}

async function handleRejections() {
  for (let round = 0; round < 3; round++) await rejects().catch(() => {});
}

function crash() {
  const bag = 'open';
  throw new Error(`the bag is ${bag}`);
}

setTimeout(process.argv[2] === 'rejections' ? handleRejections : crash, 10);
