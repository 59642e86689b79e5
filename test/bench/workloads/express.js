'use strict';

const { serverWorkload } = require('../lib/server');

module.exports = serverWorkload({
  name: 'express',
  title: 'Throughput of an express server that asks itself over HTTP in each request',
  peers: true,
});
