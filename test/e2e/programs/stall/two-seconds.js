'use strict';

const { spin } = require('../blocking.js');

function grind() {
  spin(1400);
}

setTimeout(() => {
  grind();
  setTimeout(() => console.log('over'), 50);
}, 50);
