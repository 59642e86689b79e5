'use strict';

const { Worker, isMainThread } = require('node:worker_threads');

// Nobody listens to the worker's error: it ends the main thread as well.
if (isMainThread) {
  new Worker(__filename);
} else {
  setTimeout(() => {
    const cargo = 'coal';
    throw new Error(`lost ${cargo}`);
  }, 2);
}
