'use strict';

// Rests for longer than the two seconds after which the addon has a last thing to do, then says how often the loop woke up
// in half a second.

const { performance } = require('node:perf_hooks');

const REST_MS = 4000;

setTimeout(() => {
  const { loopCount } = performance.nodeTiming.uvMetricsInfo;
  setTimeout(() => {
    console.log(performance.nodeTiming.uvMetricsInfo.loopCount - loopCount);
  }, 500);
}, REST_MS);
