'use strict';

const { Readable } = require('node:stream');

Readable.from(['a', 'b']).on('data', function count(chunk) {
  const label = `chunk ${chunk}`;
  if (chunk === 'b') throw new TypeError(label);
});
