'use strict';

const fs = require('node:fs');

// fifo.js PATH: reads a pipe that nobody writes to, until the test does.
const [path] = process.argv.slice(2);

function readPipe() {
  const descriptor = fs.openSync(path, 'r+');
  const buffer = Buffer.alloc(16);
  console.log('reading');
  const length = fs.readSync(descriptor, buffer, 0, 16, null);
  fs.closeSync(descriptor);
  return buffer.toString('utf8', 0, length);
}

setTimeout(() => {
  const text = readPipe();
  setTimeout(() => console.log(`read ${text}`), 50);
}, 50);
