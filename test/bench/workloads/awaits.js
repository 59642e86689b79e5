'use strict';

const { serverWorkload } = require('../lib/server');

module.exports = serverWorkload({
  name: 'awaits',
  title: 'Throughput of a node:http server with 10 awaits per request',
});
