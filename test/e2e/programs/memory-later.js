'use strict';

// Survives an exception, and asks for memory events then.

const api = require('../../../js/api.js');

process.once('uncaughtException', () => {
  setTimeout(() => {
    api.on('memory', ({ rss }) => {
      console.log(rss > 0);
      process.exit();
    });
  }, 10);
});

setTimeout(() => {
  throw new Error('survived');
}, 10);
