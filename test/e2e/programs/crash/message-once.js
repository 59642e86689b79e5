'use strict';

const { MessageChannel } = require('node:worker_threads');

const { port1, port2 } = new MessageChannel();
port1.once('message', function open(letter) {
  const stamp = `${letter.from}, unpaid`;
  throw new Error(`stamp: ${stamp}`);
});
port2.postMessage({ from: 'Turku' });
