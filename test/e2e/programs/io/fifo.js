'use strict';

// FIFOs, which make file-system operations of this process wait for another process.

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const directory = process.argv[2];
let count = 0;

/** A fresh FIFO. @returns {string} */
function makeFifo() {
  const file = path.join(directory, `fifo${++count}`);
  execFileSync('mkfifo', [file]);
  return file;
}

/** Runs a line of the shell beside this process, as nobody's child; $0 is the file. */
function beside(line, file) {
  execFileSync('env', ['sh', '-c', `timeout 20 sh -c '${line}' "$0" &`, file], { stdio: 'ignore' });
}

/** Seconds in which a test sees that something waits. */
const WAIT = 0.25;

/** A FIFO whose opening for reading waits, and whose reading then does not. */
function opensLate(seconds = WAIT) {
  const file = makeFifo();
  beside(`sleep ${seconds}; echo hello >"$0"`, file);
  return file;
}

/** A FIFO that opens at once (when its writer is there), and is read late. */
function readsLate(seconds = WAIT) {
  const file = makeFifo();
  beside(`exec 3>"$0"; sleep ${seconds}; echo hello >&3`, file);
  return file;
}

/** A FIFO whose opening for writing waits. */
function writesLate(seconds = WAIT) {
  const file = makeFifo();
  beside(`sleep ${seconds}; cat "$0" >/dev/null`, file);
  return file;
}

module.exports = { makeFifo, opensLate, readsLate, writesLate };
