'use strict';

// just-over.js MS COUNT: turns that end a hair after the threshold: waits in a system call, then native calls, then loops.
// Prints when the waits were.
const { pbkdf2Sync } = require('node:crypto');

const [over, count] = [Number(process.argv[2]), Number(process.argv[3])];
const cell = new Int32Array(new SharedArrayBuffer(4));

/** @type {number[]} */
const middles = [];

function waits() {
  const began = Date.now();
  Atomics.wait(cell, 0, 0, over);
  middles.push((began + Date.now()) / 2);
}

let iterations = 1000;

function hashes() {
  const began = performance.now();
  pbkdf2Sync('password', 'salt', iterations, 32, 'sha512');
  return performance.now() - began;
}

// As many as take that long here.
while (hashes() < over) iterations = Math.ceil(iterations * 1.2);

function spins() {
  const end = performance.now() + over - 0.9;
  while (performance.now() < end);
}

let left = 3 * count;
function next() {
  if (left > 2 * count) waits();
  else if (left > count) hashes();
  else spins();
  left -= 1;
  // Longer than the monitor looks away, and never the same.
  if (left > 0) setTimeout(next, 70 + ((left * 37) % 60));
  else console.log(JSON.stringify(middles));
}
setTimeout(next, 200);
