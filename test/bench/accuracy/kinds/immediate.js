'use strict';

const { spin } = require('../spin');

/** @type {import('../types').Kind} */
module.exports = {
  name: 'immediate',
  title: 'an immediate',
  causes: ['js'],
  blocker: 'blockInImmediate',
  starter: 'startImmediate',
  start: function startImmediate(ms, block) {
    setImmediate(function blockInImmediate() {
      block.begin();
      spin(ms);
      block.end();
    });
  },
};
