'use strict';

const { OWN_ARMS } = require('../lib/arms');
const { ioWorkload } = require('../lib/io');
const { openClient } = require('../lib/subjects');

module.exports = ioWorkload({
  name: 'io-fetch',
  title: 'Requests of global fetch on loopback, 32 at once',
  unit: 'requests',
  // Peers that do not look at fetch itself are told apart by io-http well enough.
  arms: [
    ...OWN_ARMS,
    'empty-io',
    'floor',
    'io-tracker',
    'sentry-locals',
    'async-hooks',
    'detective',
  ],
  open: openClient('io-fetch.js'),
});
