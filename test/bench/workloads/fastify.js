'use strict';

const { USUAL_PAIRS } = require('../lib/arms');
const { SERVER_FIGURES, openServer } = require('../lib/subjects');

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'fastify',
  title: 'Throughput of a fastify server',
  packages: true,
  sensitive: true,
  rounds: 8,
  slices: 8,
  pairs: USUAL_PAIRS,
  figures: SERVER_FIGURES,
  limits: [{ figure: 'requestsPerSecond', base: 'bare', arm: 'loopdet', ratioAtLeast: 0.97 }],
  open: openServer('fastify-server.js'),
};
