'use strict';

const { spin } = require('../spin');

/** @type {import('../types').Kind} */
module.exports = {
  name: 'http-request',
  title: 'handler of an HTTP request',
  causes: ['js'],
  blocker: 'blockInRequest',
  starter: 'startRequest',
  start: function startRequest(ms, block, program) {
    program.onNextRequest(function blockInRequest() {
      block.begin();
      spin(ms);
      block.end();
    });
  },
};
