'use strict';

const { ALL_ARMS } = require('./arms');
const { openServer } = require('./subjects');

const LEAST_RATIO = 0.98;

/**
 * A server under full load.
 * @param {object} how
 * @param {string} how.name of the workload; its program is NAME-server.js
 * @param {string} how.title
 * @param {boolean} [how.packages]
 * @param {boolean} [how.peers]
 * @returns {import('./types').Workload}
 */
function serverWorkload({ name, title, packages = false, peers = false }) {
  return {
    name,
    title,
    packages,
    peers,
    sensitive: true,
    rounds: 3,
    turns: 4,
    arms: ALL_ARMS,
    figures: {
      requestsPerSecond: { title: 'throughput', unit: 'requests/s', digits: 0, compare: 'ratio' },
      requestsPerCpuSecond: {
        title: 'requests per CPU second of all threads',
        unit: '1/s',
        digits: 0,
        compare: 'ratio',
      },
      cores: { title: 'CPU used by the server', unit: 'cores', digits: 2, compare: 'value' },
    },
    limits: [{ figure: 'requestsPerSecond', arm: 'loopdet', ratioAtLeast: LEAST_RATIO }],
    open: openServer(`${name}-server.js`),
  };
}

module.exports = { serverWorkload };
