'use strict';

const { pbkdf2Sync } = require('node:crypto');
const { timeOf } = require('../spin');

const ITERATIONS = 20_000;
const hash = (/** @type {number} */ iterations) =>
  void pbkdf2Sync('password', 'salt', iterations, 32, 'sha256');
let iterationsPerMs = 0;

/** @type {import('../types').Kind} */
module.exports = {
  name: 'pbkdf2',
  title: 'crypto.pbkdf2Sync',
  causes: ['native'],
  blocker: 'blockInPbkdf2',
  starter: 'startPbkdf2',
  prepare() {
    iterationsPerMs = ITERATIONS / timeOf(hash, ITERATIONS);
  },
  start: function startPbkdf2(ms, block) {
    setTimeout(function blockInPbkdf2() {
      block.begin();
      hash(Math.ceil(ms * iterationsPerMs));
      block.end();
    }, 5);
  },
};
