'use strict';

// One turn of the loop: 150 ms of JavaScript, then one native call that takes ten times as long.

const { pbkdf2Sync } = require('node:crypto');
const { iterationsFor, spin } = require('../blocking.js');

function hashPassword() {
  pbkdf2Sync('secret', 'salt', iterationsFor(1500), 64, 'sha512');
}

// When the CPU profile has begun: a sample that is due together with that is lost.
setTimeout(() => {
  spin(150);
  hashPassword();
}, 500);
