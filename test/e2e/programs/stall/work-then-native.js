'use strict';

// One turn of the loop: 150 ms of JavaScript, then one native call that takes ten times as long.

const crypto = require('node:crypto');
const { spin } = require('../blocking.js');

const ROUNDS = 20_000;

function hashPassword() {
  const start = performance.now();
  crypto.pbkdf2Sync('secret', 'salt', ROUNDS, 64, 'sha512');
  const rounds = Math.ceil((ROUNDS * 1500) / (performance.now() - start));
  crypto.pbkdf2Sync('secret', 'salt', rounds, 64, 'sha512');
}

setTimeout(() => {
  spin(150);
  hashPassword();
}, 50);
