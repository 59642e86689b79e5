'use strict';

const { EventEmitter } = require('node:events');

function complain() {
  const detail = { level: 'high' };
  new EventEmitter().emit('error', detail);
}

complain();
