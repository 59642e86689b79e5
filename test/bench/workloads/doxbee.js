'use strict';

const { measuringWorkload, speed } = require('../lib/measuring');

module.exports = measuringWorkload({
  name: 'doxbee',
  title: 'Doxbee: a dozen async steps one after the other with pretended I/O, 250 at once',
  figures: { uploadsPerSecond: speed('speed', 'uploads/s') },
});
