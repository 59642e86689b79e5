'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');

const requirePeer = createRequire(path.join(__dirname, '..', 'peers', 'package.json'));

let found = '';
requirePeer('blocked-at')(
  (/** @type {number} */ ms) => {
    found = `a block of ${Math.round(ms)} ms`;
  },
  { threshold: 20 },
);

if (process.env.BENCH_PROOF) require('./prove').prove(() => found);
