'use strict';

const { ALL_ARMS } = require('./arms');
const { openMeasuringProgram } = require('./subjects');

/** @typedef {import('./types').Workload} Workload */

/** Of the async micro-benchmarks. */
const LEAST_RATIO = 0.98;

/**
 * A workload whose program measures how often it can do something on the CPU.
 * @param {object} how
 * @param {string} how.name of the workload, and of its program
 * @param {string} how.title
 * @param {Workload['figures']} how.figures
 * @param {boolean} [how.limited]
 * @returns {Workload}
 */
function measuringWorkload({ name, title, figures, limited = true }) {
  return {
    name,
    title,
    packages: false,
    sensitive: true,
    rounds: 3,
    turns: 24,
    arms: ALL_ARMS,
    figures,
    limits: limited
      ? Object.keys(figures).map((figure) => ({
          figure,
          arm: 'loopdet',
          ratioAtLeast: LEAST_RATIO,
        }))
      : [],
    open: openMeasuringProgram(`${name}.js`),
  };
}

/**
 * @param {string} title
 * @param {string} unit
 * @param {number} [digits]
 * @returns {import('./types').Figure}
 */
const speed = (title, unit, digits = 0) => ({
  title,
  unit,
  digits,
  compare: 'ratio',
  noise: 'lowers',
});

module.exports = { measuringWorkload, speed };
