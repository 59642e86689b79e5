'use strict';

const { ALL_ARMS } = require('./arms');
const { speed } = require('./measuring');
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
    turns: 24,
    arms: ALL_ARMS,
    figures: {
      requestsPerSecond: speed('throughput', 'requests/s'),
      requestsPerCpuSecond: speed('requests per CPU second of all threads', '1/s'),
      cores: { title: 'CPU used by the server', unit: 'cores', digits: 2, compare: 'value' },
    },
    limits: [{ figure: 'requestsPerSecond', arm: 'loopdet', ratioAtLeast: LEAST_RATIO }],
    open: openServer(`${name}-server.js`),
  };
}

module.exports = { serverWorkload };
