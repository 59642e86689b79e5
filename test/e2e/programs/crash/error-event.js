'use strict';

const { EventEmitter } = require('node:events');

class Queue extends EventEmitter {
  take(job) {
    const reason = `job ${job} refused`;
    this.emit('error', new Error(reason));
  }
}

new Queue().take('j-77');
