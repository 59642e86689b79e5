'use strict';

// Rests for longer than the two seconds after which the addon has a last thing to do, then says how often the loop woke up
// in half a second: the least of three, because V8 may have something left to do, once.

const { performance } = require('node:perf_hooks');

const REST_MS = 4000;
const WINDOWS = 3;

/** @type {number[]} */
const turns = [];

function look() {
  const { loopCount } = performance.nodeTiming.uvMetricsInfo;
  setTimeout(() => {
    turns.push(performance.nodeTiming.uvMetricsInfo.loopCount - loopCount);
    if (turns.length < WINDOWS) look();
    else console.log(Math.min(...turns));
  }, 500);
}

setTimeout(look, REST_MS);
