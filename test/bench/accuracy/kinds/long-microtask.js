'use strict';

const { spin } = require('../spin');

/** @type {import('../types').Kind} */
module.exports = {
  name: 'long-microtask',
  title: 'one long microtask',
  causes: ['js'],
  blocker: 'blockInMicrotask',
  starter: 'startLongMicrotask',
  start: function startLongMicrotask(ms, block) {
    setTimeout(() => {
      queueMicrotask(function blockInMicrotask() {
        block.begin();
        spin(ms);
        block.end();
      });
    }, 5);
  },
};
