'use strict';

// A program with a debugger of its own counts its pauses, then crashes.

const inspector = require('node:inspector');

const session = new inspector.Session();
session.connect();
session.post('Debugger.enable');
let pauses = 0;
session.on('Debugger.paused', () => {
  pauses += 1;
});
process.on('exit', () => process.stdout.write(`pauses ${pauses}\n`));

setTimeout(() => {
  const bag = 'open';
  throw new Error(`the bag is ${bag}`);
}, 10);
