'use strict';

// One turn of the loop: 100 ms of JavaScript, then a native call that takes many times as long.

const { pbkdf2Sync } = require('node:crypto');
const { iterationsFor, spin } = require('../blocking.js');

function hashPassword() {
  pbkdf2Sync('secret', 'salt', iterationsFor(1500), 64, 'sha512');
}

spin(100);
hashPassword();
