'use strict';

const dns = require('node:dns');
const { measureWhenAsked } = require('./concurrent');

// As many as libuv's pool has threads.
const LOOKUPS = 4;

/** @returns {Promise<void>} */
function lookup() {
  return new Promise((resolve, reject) => {
    dns.lookup('localhost', (error) => (error ? reject(error) : resolve()));
  });
}

measureWhenAsked(lookup, LOOKUPS);
