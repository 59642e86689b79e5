'use strict';

const crypto = require('node:crypto');

crypto.pbkdf2('a', 'b', 10, 16, 'sha256', (_error, key) => {
  const keyLength = key.length;
  throw new Error(`key of ${keyLength}`);
});
