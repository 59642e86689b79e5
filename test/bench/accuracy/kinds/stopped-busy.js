'use strict';

const { spin } = require('../spin');

/** What the function works for beside the stop. */
const WORK_MS = 30;

/** @type {import('../types').Kind} */
module.exports = {
  name: 'stopped-busy',
  title: 'SIGSTOP while the loop is busy',
  causes: ['js'],
  blocker: 'blockInStop',
  starter: 'startStoppedBusy',
  needs: 'stop',
  shortestMs: 100,
  start: function startStoppedBusy(ms, block, program) {
    setTimeout(function blockInStop() {
      block.begin();
      program.ask({ action: 'stop', ms });
      // By the clock: the stop is in it.
      spin(ms + WORK_MS);
      block.end();
    }, 5);
  },
};
