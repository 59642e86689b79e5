'use strict';

// What node-loop-detective 2.2 leaves running in its target by default: a timer of 100 ms that compares clocks
// (lag above 50 ms is kept with a stack) and V8's profiler at 0.1 ms. Its lasting inspector connection is left out.
const { Session } = require('node:inspector');

const INTERVAL_MS = 100;
const THRESHOLD_MS = 50;
const KEPT = 100;

/** @type {{lag: number, stack: string | undefined}[]} */
const lags = [];
let last = Date.now();
setInterval(() => {
  const now = Date.now();
  const lag = now - last - INTERVAL_MS;
  if (lag > THRESHOLD_MS) lags.push({ lag, stack: new Error().stack });
  if (lags.length > KEPT) lags.shift();
  last = now;
}, INTERVAL_MS).unref();

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 100 });
session.post('Profiler.start');

if (process.env.BENCH_PROOF) {
  const { prove } = require('./prove');
  prove(() => {
    let samples = 0;
    session.post('Profiler.stop', (_error, result) => {
      samples = result?.profile.samples?.length ?? 0;
    });
    return lags.length > 0 && samples > 0 && `a lag of ${lags[0].lag} ms, ${samples} samples`;
  });
}
