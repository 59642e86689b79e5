'use strict';

const { measuringWorkload, speed } = require('../lib/measuring');

module.exports = measuringWorkload({
  name: 'reject-catch',
  title: 'Async functions that reject and are caught',
  figures: {
    shallowPerSecond: speed('caught by the caller', 'rejections/s'),
    throughPerSecond: speed('caught 10 awaits higher', 'rejections/s'),
    laterPerSecond: speed('.catch() later in the same tick', 'rejections/s'),
  },
});
