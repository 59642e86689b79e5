'use strict';

const { spin } = require('./blocking.js');

setTimeout(function longJob() {
  const part = 'last part';
  spin(300);
  throw new Error(`failed in the ${part}`);
}, 20);
