'use strict';

// Short turns, one after the other, until stdin or the test ends it: none is over the threshold. "turning" comes from the
// midst of them: before, the loop waits, and a stop then is nobody's lag.
const { spin } = require('../blocking.js');

let turns = 0;

function turn() {
  spin(3);
  if (++turns === 10) console.log('turning');
  setImmediate(turn);
}

setTimeout(turn, 60);
