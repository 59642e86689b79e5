'use strict';

// turns.js COUNT MS: that many turns of the loop, each busy for MS; prints measurements and the
// histogram's growth.

const { spin } = require('./blocking.js');
const { histogram } = require('loopdet-addon/api');

const [count, ms] = process.argv.slice(2).map(Number);
const measured = [];

function turn() {
  measured.push(spin(ms));
  if (measured.length < count) return setImmediate(turn);
  setTimeout(() => console.log(JSON.stringify({ measured, histogram: histogram() })), 20);
}

setTimeout(turn, 50);
