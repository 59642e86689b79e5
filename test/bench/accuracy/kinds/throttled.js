'use strict';

const { spin } = require('../spin');

const AFTERWARDS_MS = 10;

/** @type {import('../types').Kind} */
module.exports = {
  name: 'throttled',
  title: 'the CPU quota is used up',
  causes: ['js'],
  blocker: 'blockInThrottle',
  starter: 'startThrottled',
  needs: 'throttle',
  // The quota is short before the block's begin and after its end, too.
  apart: true,
  shortestMs: 120,
  start: function startThrottled(ms, block, program) {
    setTimeout(function blockInThrottle() {
      block.begin();
      program.ask({ action: 'throttle', ms });
      spin(ms + AFTERWARDS_MS);
      block.end();
    }, 5);
  },
};
