'use strict';

// pool.js DIRECTORY WHEN: opens six FIFOs at once that another process opens late; prints how long the longest took.

const fs = require('node:fs');
const { opensLate } = require('./fifo.js');

const [directory, when] = process.argv.slice(2);
void directory;

async function openAll() {
  const files = Array.from({ length: 6 }, () => opensLate(1));
  const start = performance.now();
  const opened = await Promise.all(files.map((file) => fs.promises.open(file)));
  const longestMs = performance.now() - start;
  await Promise.all(opened.map((handle) => handle.close()));
  console.log(JSON.stringify({ longestMs }));
}

if (when === 'at once') openAll();
// A little before: whoever asks the pool now and then may have asked just now.
else fs.stat(__filename, () => setTimeout(openAll, 20));
