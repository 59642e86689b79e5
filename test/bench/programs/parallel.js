'use strict';

// Promise.all of many questions, many times at once.
const { ask } = require('./fake-io');
const { WARM_UP_MS, measureWhenAsked, rate } = require('./measuring');

const QUESTIONS = 25;
const AT_ONCE = 100;
const SLICE_MS = 80;

async function askAll() {
  const answers = await Promise.all(Array.from({ length: QUESTIONS }, (_, index) => ask(index)));
  if (answers.length !== QUESTIONS) throw new Error('an answer is missing');
}

const wave = () => Promise.all(Array.from({ length: AT_ONCE }, askAll));

const measure = async (/** @type {number} */ forMs) => ({
  questionsPerSecond: (await rate(wave, forMs)) * AT_ONCE * QUESTIONS,
});
measureWhenAsked(measure, WARM_UP_MS, SLICE_MS);
