'use strict';

const { USUAL_PAIRS } = require('../lib/arms');
const { openMeasuringProgram } = require('../lib/subjects');

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'async-fib',
  title: 'Async fib(16), promises and nothing else',
  packages: false,
  sensitive: true,
  rounds: 10,
  slices: 14,
  pairs: USUAL_PAIRS,
  figures: {
    callsPerSecond: { title: 'speed', unit: 'calls/s', digits: 1, compare: 'ratio' },
  },
  limits: [{ figure: 'callsPerSecond', base: 'bare', arm: 'loopdet', ratioAtLeast: 0.98 }],
  open: openMeasuringProgram('async-fib.js'),
};
