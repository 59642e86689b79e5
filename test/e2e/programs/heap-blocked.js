'use strict';

// Blocks the loop for two seconds, then goes on and ends.

const { spin } = require('./blocking.js');

setTimeout(function blockedHere() {
  console.log('blocked');
  spin(2500);
  console.log('free');
}, 50);
