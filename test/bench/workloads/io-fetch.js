'use strict';

const { ioWorkload } = require('../lib/io');
const { openClient } = require('../lib/subjects');

module.exports = ioWorkload({
  name: 'io-fetch',
  title: 'Requests of global fetch on loopback, 32 at once',
  unit: 'requests',
  open: openClient('io-fetch.js'),
});
