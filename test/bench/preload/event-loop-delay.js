'use strict';

const { monitorEventLoopDelay } = require('node:perf_hooks');

const histogram = monitorEventLoopDelay({ resolution: 10 });
histogram.enable();

if (process.env.BENCH_PROOF) {
  const { prove } = require('./prove');
  prove(() => histogram.max > 50e6 && `a delay of ${Math.round(histogram.max / 1e6)} ms`);
}
