'use strict';

const { spin } = require('../spin');

/** After the others have left the CPU, so that the rest of the turn is not starved too. */
const AFTERWARDS_MS = 10;

/** @type {import('../types').Kind} */
module.exports = {
  name: 'starved',
  title: 'others have the CPU',
  causes: ['js'],
  blocker: 'blockInStarvation',
  starter: 'startStarved',
  needs: 'starve',
  // Others have the CPU before the block's begin and after its end, too: the turn is rightly longer.
  apart: true,
  shortestMs: 60,
  start: function startStarved(ms, block, program) {
    setTimeout(function blockInStarvation() {
      block.begin();
      program.ask({ action: 'starve', ms });
      spin(ms + AFTERWARDS_MS);
      block.end();
    }, 5);
  },
};
