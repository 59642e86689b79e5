'use strict';

// Asks for files that are not there, thousands of times, and says how long it took: node tries.js [crash]

const fs = require('node:fs');

const ROUNDS = 5;
const missing = `${__filename}.missing`;

function ask() {
  let failed = 0;
  for (let number = 0; number < 1000; number++) {
    try {
      fs.statSync(missing);
    } catch (error) {
      failed += Number(error.code === 'ENOENT');
    }
    try {
      fs.accessSync(missing);
    } catch {
      failed++;
    }
  }
  return failed;
}

let bestMs = Infinity;
let failed = 0;
for (let round = 0; round < ROUNDS; round++) {
  const began = performance.now();
  failed += ask();
  bestMs = Math.min(bestMs, performance.now() - began);
}
console.log(JSON.stringify({ failed, bestMs }));

function crash() {
  const evidence = 'after all the tries';
  throw new Error(`wanted ${evidence}`);
}
if (process.argv[2] === 'crash') setTimeout(crash, 1);
