'use strict';

// lag-storm.js COUNT MS: that many turns of the loop, each busy for MS; says when a subscriber was called.

const { spin } = require('./blocking.js');
const loopdet = require('loopdet-addon/api');

const [count, ms] = process.argv.slice(2).map(Number);
let turns = 0;
let isInside = false;

for (const event of ['crash', 'profile', 'warning']) {
  loopdet.on(event, () => console.log(`${event} ${isInside ? 'inside' : 'between'}`));
}

function turn() {
  isInside = true;
  spin(ms);
  isInside = false;
  if (++turns < count) setImmediate(turn);
}

setTimeout(turn, 50);
