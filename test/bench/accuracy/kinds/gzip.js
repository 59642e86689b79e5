'use strict';

const { randomBytes } = require('node:crypto');
const { gzipSync } = require('node:zlib');
const { timeOf } = require('../spin');

const SAMPLE_BYTES = 512 * 1024;
const LONGEST_MS = 500;
let bytes = Buffer.alloc(SAMPLE_BYTES);
let bytesPerMs = 0;
// zlib looks back 32 KB: what repeats after 48 KB is new to it.
const text = randomBytes(36 * 1024).toString('base64');
const compress = (/** @type {number} */ length) => void gzipSync(bytes.subarray(0, length));

/** @type {import('../types').Kind} */
module.exports = {
  name: 'gzip',
  title: 'zlib.gzipSync',
  causes: ['native'],
  blocker: 'blockInGzip',
  starter: 'startGzip',
  longestMs: LONGEST_MS,
  prepare() {
    bytes.fill(text);
    bytesPerMs = SAMPLE_BYTES / timeOf(compress, SAMPLE_BYTES);
    bytes = Buffer.alloc(Math.ceil(bytesPerMs * LONGEST_MS), text);
  },
  start: function startGzip(ms, block) {
    setTimeout(function blockInGzip() {
      block.begin();
      compress(Math.ceil(ms * bytesPerMs));
      block.end();
    }, 5);
  },
};
