'use strict';

const { monotonicNow } = require('../spin');

// The defaults of toobusy-js.
const INTERVAL_MS = 500;
const THRESHOLD_MS = 70;
const SMOOTHING = 1 / 3;

/** @type {import('../types').Tool} */
module.exports = {
  name: 'toobusy',
  title: 'smoothed drift',
  thresholdMs: THRESHOLD_MS,
  tellsDuration: true,
  tellsCause: false,
  names: null,
  tellsEarly: false,
  note: `As toobusy-js has it: a timer of ${INTERVAL_MS} ms, its lateness smoothed over several.`,
  inside(report) {
    let from = monotonicNow();
    let smoothed = 0;
    setInterval(() => {
      const to = monotonicNow();
      const late = Math.max(0, to - from - INTERVAL_MS);
      smoothed = SMOOTHING * late + (1 - SMOOTHING) * smoothed;
      if (smoothed >= THRESHOLD_MS) report({ from, to, ms: smoothed, cause: null, functions: [] });
      from = to;
    }, INTERVAL_MS).unref();
  },
};
