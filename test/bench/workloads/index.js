'use strict';

/**
 * Every workload, in the order in which it runs and is reported.
 * @type {import('../lib/types').Workload[]}
 */
const WORKLOADS = [
  require('./fastify'),
  require('./express'),
  require('./awaits'),
  require('./async-fib'),
  require('./doxbee'),
  require('./parallel'),
  require('./reject-catch'),
  require('./caught-throw'),
  require('./json'),
  require('./io-http'),
  require('./io-fetch'),
  require('./io-readfile'),
  require('./io-dns'),
  require('./io-in-flight'),
  require('./worker-start'),
  require('./start-up'),
  require('./start-up-fastify'),
  require('./growing-heap'),
  require('./memory'),
  require('./idle'),
  require('./crash-time'),
  require('./crash-size'),
];

module.exports = { WORKLOADS };
