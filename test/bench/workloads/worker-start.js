'use strict';

const { ALL_ARMS } = require('../lib/arms');
const { openMeasuringProgram } = require('../lib/subjects');

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'worker-start',
  title: 'An empty worker, from `new Worker` to its exit',
  packages: false,
  sensitive: true,
  rounds: 3,
  turns: 8,
  arms: ALL_ARMS,
  figures: {
    workerMs: { title: 'wall time', unit: 'ms', digits: 1, compare: 'ratio', noise: 'raises' },
  },
  limits: [],
  notes: ['What is loaded by `--require` is loaded in a worker as well, a peer too.'],
  open: openMeasuringProgram('worker-start.js'),
};
