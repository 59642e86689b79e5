'use strict';

const { monotonicNow } = require('../spin');

const INTERVAL_MS = 100;
const THRESHOLD_MS = 50;

/** @type {import('../types').Tool} */
module.exports = {
  name: 'timer-drift',
  title: 'drift of a timer',
  thresholdMs: THRESHOLD_MS,
  tellsDuration: true,
  tellsCause: false,
  names: null,
  tellsEarly: false,
  note: `As node-loop-detective has it: a timer of ${INTERVAL_MS} ms, and how much later it comes.`,
  inside(report) {
    let from = monotonicNow();
    setInterval(() => {
      const to = monotonicNow();
      const ms = to - from - INTERVAL_MS;
      if (ms > THRESHOLD_MS) report({ from, to, ms, cause: null, functions: [] });
      from = to;
    }, INTERVAL_MS).unref();
  },
};
