'use strict';

const { MessageChannel } = require('node:worker_threads');

const { port1, port2 } = new MessageChannel();
port1.on('message', (message) => {
  const colour = message.colour;
  throw new Error(`no paint in ${colour}`);
});
port2.postMessage({ colour: 'teal' });
