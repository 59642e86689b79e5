'use strict';

const { ALL_ARMS } = require('../lib/arms');
const { openMeasuringProgram } = require('../lib/subjects');

const MOST_ADDED_NS = 700;

/** @param {string} title */
const nanoseconds = (title) =>
  /** @type {import('../lib/types').Figure} */ ({
    title,
    unit: 'ns per throw',
    digits: 0,
    compare: 'difference',
    noise: 'raises',
  });

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'caught-throw',
  title: 'Cost of a caught throw',
  packages: false,
  sensitive: true,
  rounds: 3,
  turns: 12,
  arms: ALL_ARMS,
  figures: {
    shallowNs: nanoseconds('caught one frame higher, near the top level'),
    deepNs: nanoseconds('caught one frame higher, 50 frames deep'),
    throughNs: nanoseconds('caught 50 frames higher'),
  },
  limits: [{ figure: 'shallowNs', arm: 'loopdet', differenceAtMost: MOST_ADDED_NS }],
  open: openMeasuringProgram('caught-throw.js'),
};
