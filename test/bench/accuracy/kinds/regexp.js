'use strict';

const { timeOf } = require('../spin');

const SAMPLE_LENGTH = 4000;
const LONGEST_MS = 1000;
let sampleMs = 0;
// Looks for a b after each a: the time grows with the square of the length.
const search = (/** @type {number} */ length) => void /a*b/.test('a'.repeat(length));

/** @type {import('../types').Kind} */
module.exports = {
  name: 'regexp',
  title: 'a regular expression',
  // It answers interrupts as JavaScript does.
  causes: ['js', 'native'],
  blocker: 'blockInRegExp',
  starter: 'startRegExp',
  longestMs: LONGEST_MS,
  prepare() {
    sampleMs = timeOf(search, SAMPLE_LENGTH);
  },
  start: function startRegExp(ms, block) {
    setTimeout(function blockInRegExp() {
      block.begin();
      search(Math.ceil(SAMPLE_LENGTH * Math.sqrt(ms / sampleMs)));
      block.end();
    }, 5);
  },
};
