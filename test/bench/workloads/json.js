'use strict';

const { measuringWorkload, speed } = require('../lib/measuring');

module.exports = measuringWorkload({
  name: 'json',
  title: 'JSON.parse, a sum, JSON.stringify: JavaScript on the CPU',
  limited: false,
  figures: { documentsPerSecond: speed('speed', 'documents/s', 1) },
});
