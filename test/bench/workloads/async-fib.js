'use strict';

const { measuringWorkload, speed } = require('../lib/measuring');

module.exports = measuringWorkload({
  name: 'async-fib',
  title: 'Async fib(16), promises and nothing else',
  figures: { callsPerSecond: speed('speed', 'calls/s', 1) },
});
