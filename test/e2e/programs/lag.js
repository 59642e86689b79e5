'use strict';

// lag.js CONTEXT MS,MS,...: blocks the loop for each time, in a callback of that kind, with calm
// between; then prints what it measured itself, and the addon's histogram if there is one.

const { contexts, spin } = require('./blocking.js');

const CALM_MS = 80;
const [context, list] = process.argv.slice(2);
const times = list.split(',').map(Number);
const blocks = [];
// How long the loop was not waiting from before each block until after it: no turn in there was longer. What a turn costs
// beyond its block is the machine's affair; after a block of a second it may be milliseconds.
const turns = [];

/** Milliseconds in which the loop did not wait. */
const busy = () => performance.now() - performance.eventLoopUtilization().idle;

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
  const before = busy();
  const finish = (measured) => {
    blocks.push(measured);
    setTimeout(() => {
      turns.push(busy() - before);
      done();
    }, CALM_MS);
  };
  if (context === 'microtasks') setTimeout(() => microtasks(ms).then(finish), 5);
  else contexts[context](() => finish(spin(ms)));
}

function report() {
  const calmUntil = Date.now();
  let histogram = null;
  if (process.env.LOOPDET_DIR) histogram = require('loopdet-addon/api').histogram();
  console.log(JSON.stringify({ calmSince, calmUntil, blocks, turns, histogram }));
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
  // What belongs to the start, or to a first use, is over and said to be over before the first block.
  setTimeout(blockOnce, CALM_MS, 0, () => {
    blocks.pop();
    turns.pop();
    calmSince = Date.now();
    setTimeout(next, CALM_MS);
  });
}
