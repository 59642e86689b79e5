'use strict';

// notes.js exit|return|NUMBER FOLDER: makes notes and ends in that way; with a number it makes notes for ever, from as many
// threads.

const fs = require('node:fs');
const { Worker, isMainThread, threadId, workerData } = require('node:worker_threads');
const { note } = require('loopdet-addon/api');

const how = isMainThread ? process.argv[2] : 'thread';

/** Notes as fast as it can, and acknowledges each in a file. */
function noteForEver(file) {
  const descriptor = fs.openSync(file, 'w+');
  const line = Buffer.alloc(8);
  for (let number = 1; ; number++) {
    if (!note(`thread ${threadId}`, { number, text: 'x'.repeat(number % 50) }))
      throw new Error('no box');
    line.writeDoubleLE(number);
    fs.writeSync(descriptor, line, 0, 8, 0);
  }
}

if (how === 'thread') {
  noteForEver(workerData.file);
} else if (Number(how) > 0) {
  const folder = process.argv[3];
  for (let thread = 1; thread < Number(how); thread++) {
    new Worker(__filename, { workerData: { file: `${folder}/noted${thread}` } });
  }
  setTimeout(() => noteForEver(`${folder}/noted0`), 50);
} else {
  console.log('noted', note('order', { id: 1017, state: 'paid' }));
  if (how === 'exit') process.exit(3);
}
