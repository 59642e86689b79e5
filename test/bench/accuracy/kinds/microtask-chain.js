'use strict';

const { monotonicNow, spin } = require('../spin');

const STEP_MS = 0.2;

/** @type {import('../types').Kind} */
module.exports = {
  name: 'microtask-chain',
  title: 'many short microtasks',
  causes: ['js'],
  blocker: 'stepOfMicrotasks',
  starter: 'startMicrotaskChain',
  start: function startMicrotaskChain(ms, block) {
    setTimeout(() => {
      block.begin();
      const end = monotonicNow() + ms;
      (async function stepOfMicrotasks() {
        while (monotonicNow() < end) {
          spin(STEP_MS);
          await null;
        }
        block.end();
      })();
    }, 5);
  },
};
