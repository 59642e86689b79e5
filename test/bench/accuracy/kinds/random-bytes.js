'use strict';

const { randomBytes } = require('node:crypto');
const { spin } = require('../spin');

/** @type {import('../types').Kind} */
module.exports = {
  name: 'random-bytes',
  title: 'callback of randomBytes',
  causes: ['js'],
  blocker: 'blockInRandomCallback',
  starter: 'startRandomBytes',
  start: function startRandomBytes(ms, block) {
    randomBytes(16, function blockInRandomCallback() {
      block.begin();
      spin(ms);
      block.end();
    });
  },
};
