'use strict';

// lag.js CONTEXT MS,MS,...: blocks the loop for each time, in a callback of that kind, with calm
// between; then prints what it measured itself, and the addon's histogram if there is one.

const fs = require('node:fs');
const { contexts, spin } = require('./blocking.js');

const CALM_MS = 80;
const [context, list] = process.argv.slice(2);
const times = list.split(',').map(Number);
const blocks = [];
// How long this thread waited for a CPU before and after each measured block, which belongs to the turn too.
const waits = [];

/** Milliseconds that this thread has waited for a CPU so far. */
const waited = () =>
  Number(fs.readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6;

/** About a hundred promise reactions, together `ms` long. */
async function microtasks(ms) {
  const start = performance.now();
  while (performance.now() - start < ms) {
    spin(ms / 100);
    await null;
  }
  return performance.now() - start;
}

function blockOnce(ms, done) {
  const before = waited();
  let within = 0;
  const spinMeasured = () => {
    const began = waited();
    const measured = spin(ms);
    within = waited() - began;
    return measured;
  };
  const finish = (measured) => {
    blocks.push(measured);
    setTimeout(() => {
      waits.push(waited() - before - within);
      done();
    }, CALM_MS);
  };
  if (context === 'microtasks') setTimeout(() => microtasks(ms).then(finish), 5);
  else contexts[context](() => finish(spinMeasured()));
}

function report() {
  const calmUntil = Date.now();
  let histogram = null;
  if (process.env.LOOPDET_DIR) histogram = require('loopdet-addon/api').histogram();
  console.log(JSON.stringify({ calmSince, calmUntil, blocks, waits, histogram }));
}

let calmSince = Date.now();

function next() {
  if (times.length === 0) return report();
  blockOnce(times.shift(), next);
}

if (context === 'top-level') {
  blocks.push(spin(times[0]));
  setTimeout(report, CALM_MS);
} else {
  // What belongs to the start is over, and said to be over, before the first block.
  setTimeout(() => {
    calmSince = Date.now();
    setTimeout(next, CALM_MS);
  }, CALM_MS);
}
