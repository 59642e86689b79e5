'use strict';

const { monotonicNow } = require('../spin');

const KEPT = 300_000;
const BATCH = 1000;

/** @type {import('../types').Kind} */
module.exports = {
  name: 'allocation',
  title: 'allocation of what stays for a while',
  causes: ['js'],
  blocker: 'blockInAllocation',
  starter: 'startAllocation',
  shortestMs: 60,
  longestMs: 1000,
  start: function startAllocation(ms, block) {
    setTimeout(function blockInAllocation() {
      block.begin();
      const end = monotonicNow() + ms;
      /** @type {object[]} */
      const kept = [];
      for (let count = 0; monotonicNow() < end; ) {
        for (let index = 0; index < BATCH; index++, count++) {
          kept[count % KEPT] = { count, list: [count, index], text: `${count}` };
        }
      }
      block.end();
    }, 5);
  },
};
