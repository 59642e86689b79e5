'use strict';

// Short turns, one after the other, until stdin or the test ends it: none is over the threshold.
const { spin } = require('../blocking.js');

function turn() {
  spin(3);
  setImmediate(turn);
}

setTimeout(() => console.log('turning'), 50);
setTimeout(turn, 60);
