'use strict';

// Does nothing for half a second, then says how often the loop woke up in that time.

const { performance } = require('node:perf_hooks');

setTimeout(() => {
  const { loopCount } = performance.nodeTiming.uvMetricsInfo;
  setTimeout(() => {
    console.log(performance.nodeTiming.uvMetricsInfo.loopCount - loopCount);
  }, 500);
}, 50);
