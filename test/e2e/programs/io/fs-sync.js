'use strict';

// fs-sync.js DIRECTORY [SECONDS]: synchronous operations that block the loop; with SECONDS only one, of that length.

const fs = require('node:fs');
const { opensLate, readsLate, writesLate } = require('./fifo.js');
const { measureSync, report } = require('./measure.js');

const seconds = process.argv[3];
const wanted = (method, target, more = {}) => ({ kind: 'fs', method, target, ...more });

/** One a turn: each block is a lag of its own. */
const operations = [
  function whole() {
    const file = readsLate(seconds);
    measureSync(wanted('readFileSync', file), function whole() {
      return fs.readFileSync(file);
    });
  },
  function text() {
    const file = readsLate();
    measureSync(wanted('readFileSync', file), function text() {
      return fs.readFileSync(file, 'utf8');
    });
  },
  function opened() {
    const file = opensLate();
    const descriptor = measureSync(wanted('openSync', file), function opened() {
      return fs.openSync(file, 'r');
    });
    fs.closeSync(descriptor);
  },
  function readPart() {
    const descriptor = fs.openSync(readsLate(), 'r');
    measureSync(wanted('readSync', `fd ${descriptor}`), function readPart() {
      return fs.readSync(descriptor, Buffer.alloc(10));
    });
    fs.closeSync(descriptor);
  },
  function written() {
    const file = writesLate();
    measureSync(wanted('writeFileSync', file), function written() {
      return fs.writeFileSync(file, 'some');
    });
  },
  function appended() {
    const file = writesLate();
    measureSync(wanted('appendFileSync', file), function appended() {
      return fs.appendFileSync(file, 'some');
    });
  },
];

function next() {
  const operation = operations.shift();
  if (!operation) return report();
  operation();
  setTimeout(seconds ? report : next, 50);
}
setTimeout(next, 50);
