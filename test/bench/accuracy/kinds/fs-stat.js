'use strict';

const fs = require('node:fs');
const { spin } = require('../spin');

/** @type {import('../types').Kind} */
module.exports = {
  name: 'fs-stat',
  title: 'callback of fs.stat',
  causes: ['js'],
  blocker: 'blockInStatCallback',
  starter: 'startStat',
  start: function startStat(ms, block) {
    fs.stat(__filename, function blockInStatCallback() {
      block.begin();
      spin(ms);
      block.end();
    });
  },
};
