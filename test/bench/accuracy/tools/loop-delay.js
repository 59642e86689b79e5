'use strict';

const { monitorEventLoopDelay } = require('node:perf_hooks');
const { monotonicNow } = require('../spin');

const RESOLUTION_MS = 10;
const POLL_MS = 100;
const THRESHOLD_MS = 20;

/** @type {import('../types').Tool} */
module.exports = {
  name: 'loop-delay',
  title: 'monitorEventLoopDelay',
  thresholdMs: THRESHOLD_MS,
  tellsDuration: true,
  tellsCause: false,
  names: null,
  tellsEarly: false,
  note:
    `Resolution ${RESOLUTION_MS} ms; each ${POLL_MS} ms its maximum less the resolution is a report of that time. ` +
    'A block after which reset() comes before its own timer is lost.',
  inside(report) {
    const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
    let from = monotonicNow();
    setInterval(() => {
      const to = monotonicNow();
      const ms = histogram.max / 1e6 - RESOLUTION_MS;
      // A histogram without a value has a maximum of 0.
      if (ms > THRESHOLD_MS) report({ from, to, ms, cause: null, functions: [] });
      histogram.reset();
      from = to;
    }, POLL_MS).unref();
  },
};
