'use strict';

const { monotonicNow, spin } = require('../spin');

const STEP_MS = 0.2;

/** @type {import('../types').Kind} */
module.exports = {
  name: 'tick-chain',
  title: 'chain of process.nextTick',
  causes: ['js'],
  blocker: 'stepOfTicks',
  starter: 'startTickChain',
  start: function startTickChain(ms, block) {
    setTimeout(() => {
      block.begin();
      const end = monotonicNow() + ms;
      process.nextTick(function stepOfTicks() {
        spin(STEP_MS);
        if (monotonicNow() < end) process.nextTick(stepOfTicks);
        else block.end();
      });
    }, 5);
  },
};
