'use strict';

const { measuringWorkload, speed } = require('../lib/measuring');

module.exports = measuringWorkload({
  name: 'parallel',
  title: 'Promise.all of 25 pretended I/O operations, 100 at once',
  figures: { questionsPerSecond: speed('speed', 'operations/s') },
});
