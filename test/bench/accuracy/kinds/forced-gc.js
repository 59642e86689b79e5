'use strict';

const { monotonicNow } = require('../spin');

/** A collection of this heap takes some 20 to 60 ms: a block ends with the collection in which its time is over. */
const OBJECTS = 200_000;
/** @type {object[]} */
let live = [];

/** @type {import('../types').Kind} */
module.exports = {
  name: 'forced-gc',
  title: 'gc() of a large heap',
  causes: ['js', 'native'],
  blocker: 'blockInCollection',
  starter: 'startForcedGc',
  shortestMs: 50,
  longestMs: 1000,
  prepare() {
    live = Array.from({ length: OBJECTS }, (_, index) => ({ index, list: [index] }));
  },
  start: function startForcedGc(ms, block) {
    setTimeout(function blockInCollection() {
      block.begin();
      const end = monotonicNow() + ms;
      do /** @type {any} */ (globalThis).gc();
      while (monotonicNow() < end && live.length > 0);
      block.end();
    }, 5);
  },
};
