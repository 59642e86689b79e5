'use strict';

const { serverWorkload } = require('../lib/server');

module.exports = serverWorkload({
  name: 'fastify',
  title: 'Throughput of a fastify server',
  packages: true,
});
