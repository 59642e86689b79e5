'use strict';

const assert = require('node:assert');

assert.throws(() => {
  throw new TypeError('wanted');
}, TypeError);
console.log('as wanted');
