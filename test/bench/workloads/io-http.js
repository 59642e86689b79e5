'use strict';

const { ioWorkload } = require('../lib/io');
const { openClient } = require('../lib/subjects');

module.exports = ioWorkload({
  name: 'io-http',
  title: 'Requests of a node:http client on loopback, keep-alive, 32 at once',
  unit: 'requests',
  open: openClient('io-http.js'),
});
