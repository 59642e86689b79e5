'use strict';

// heard.js DIRECTORY: what the API and the channel give of slow operations, and whether it is the same object.

const { subscribe } = require('node:diagnostics_channel');
const fs = require('node:fs');
const loopdet = require('loopdet-addon/api');
const { readsLate } = require('./fifo.js');

/** @type {object[]} */
const fromApi = [];
/** @type {object[]} */
const fromChannel = [];
let inCall = false;
let calledInside = false;

loopdet.on('slow-io', (event) => {
  calledInside ||= inCall;
  fromApi.push(event);
});
subscribe('loopdet:slow-io', (event) => fromChannel.push(event));

/** Resolves when the loop has turned a few times. */
const calm = () => new Promise((resolve) => setTimeout(resolve, 50));

async function main() {
  await fs.promises.readFile(readsLate());
  const descriptor = fs.openSync(readsLate());
  inCall = true;
  fs.readSync(descriptor, Buffer.alloc(10));
  inCall = false;
  fs.closeSync(descriptor);
  await calm();
  const same =
    fromApi.length === fromChannel.length && fromApi.every((one, at) => one === fromChannel[at]);
  console.log(JSON.stringify({ heard: fromApi, same, calledInside }));
}

main();
