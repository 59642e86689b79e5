'use strict';

/**
 * Every workload, in the order in which it runs and is reported.
 * @type {import('../lib/types').Workload[]}
 */
const WORKLOADS = [
  require('./fastify'),
  require('./awaits'),
  require('./async-fib'),
  require('./caught-throw'),
  require('./io-http'),
  require('./io-fetch'),
  require('./io-readfile'),
  require('./io-dns'),
  require('./io-in-flight'),
  require('./start-up'),
  require('./start-up-fastify'),
  require('./memory'),
  require('./idle'),
  require('./crash-time'),
  require('./crash-size'),
];

module.exports = { WORKLOADS };
