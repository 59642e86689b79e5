'use strict';

const { ALL_ARMS } = require('./arms');
const { speed } = require('./measuring');
const { openMeasuringProgram } = require('./subjects');

/** @typedef {import('./types').Workload} Workload */

const LEAST_RATIO = 0.96;
// Bare Node differs from itself by one to two.
const UNEXPLAINED_POINTS = 3;

/**
 * A workload that does one kind of I/O as fast as it can.
 * @param {object} how
 * @param {string} how.name of the workload, and of its program
 * @param {string} how.title
 * @param {string} [how.unit]
 * @param {string[]} [how.arms]
 * @param {string[]} [how.notes]
 * @param {Workload['open']} [how.open]
 * @returns {Workload}
 */
function ioWorkload({ name, title, unit = 'operations', arms = ALL_ARMS, notes, open }) {
  return {
    name,
    title,
    packages: false,
    sensitive: true,
    rounds: 3,
    turns: 24,
    arms,
    figures: {
      operationsPerSecond: speed('throughput', `${unit}/s`),
      operationsPerCpuSecond: speed(`${unit} per CPU second of all threads`, '1/s'),
      cores: { title: 'CPU used by the program', unit: 'cores', digits: 2, compare: 'value' },
      ownShare: {
        title: "the addon's part of that, by its own account",
        unit: '%',
        digits: 1,
        compare: 'value',
      },
    },
    limits: [
      { figure: 'operationsPerSecond', arm: 'loopdet', ratioAtLeast: LEAST_RATIO },
      {
        figure: 'ownShare',
        arm: 'loopdet',
        // What Node and V8 do more when anybody listens, no listener can count.
        explains: {
          figure: 'operationsPerCpuSecond',
          within: UNEXPLAINED_POINTS,
          beside: 'empty-io',
        },
      },
    ],
    notes,
    open: open ?? openMeasuringProgram(`${name}.js`),
  };
}

module.exports = { ioWorkload };
