'use strict';

const { spin } = require('../spin');

/** @type {import('../types').Kind} */
module.exports = {
  name: 'timer',
  title: 'a timer',
  causes: ['js'],
  blocker: 'blockInTimer',
  starter: 'startTimer',
  start: function startTimer(ms, block) {
    setTimeout(function blockInTimer() {
      block.begin();
      spin(ms);
      block.end();
    }, 5);
  },
};
