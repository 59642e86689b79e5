'use strict';

const { pbkdf2Sync } = require('node:crypto');
const { iterationsFor } = require('../blocking.js');

function hashPassword() {
  pbkdf2Sync('secret', 'salt', iterationsFor(2500), 64, 'sha512');
}

setTimeout(() => {
  hashPassword();
  setTimeout(() => console.log('over'), 50);
}, 50);
