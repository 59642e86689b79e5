'use strict';

const { timeOf } = require('../spin');

const NUMBER = '1234567,';
const SAMPLE_NUMBERS = 200_000;
const LONGEST_MS = 500;
let numbersPerMs = 0;
let text = '';
const parse = (/** @type {number} */ numbers) =>
  void JSON.parse(`${text.slice(0, 1 + numbers * NUMBER.length)}0]`);

/** @type {import('../types').Kind} */
module.exports = {
  name: 'json-parse',
  title: 'JSON.parse of a large text',
  causes: ['native'],
  blocker: 'blockInJsonParse',
  starter: 'startJsonParse',
  longestMs: LONGEST_MS,
  prepare() {
    text = `[${NUMBER.repeat(SAMPLE_NUMBERS)}`;
    numbersPerMs = SAMPLE_NUMBERS / timeOf(parse, SAMPLE_NUMBERS);
    text = `[${NUMBER.repeat(Math.ceil(numbersPerMs * LONGEST_MS))}`;
  },
  start: function startJsonParse(ms, block) {
    setTimeout(function blockInJsonParse() {
      block.begin();
      parse(Math.ceil(ms * numbersPerMs));
      block.end();
    }, 5);
  },
};
