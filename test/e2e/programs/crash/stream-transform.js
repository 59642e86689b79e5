'use strict';

const { Readable, Transform } = require('node:stream');

const upper = new Transform({
  transform(chunk, _encoding, done) {
    const word = chunk.toString();
    if (word === 'three') throw new Error(`cannot take ${word}`);
    done(null, word.toUpperCase());
  },
});

Readable.from(['one', 'two', 'three']).pipe(upper).resume();
