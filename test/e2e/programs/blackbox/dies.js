'use strict';

// dies.js wait|stall: notes an order and waits for its end, or blocks the loop for ever beside an operation that waits.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { note } = require('loopdet-addon/api');

note('order', { id: 1017, state: 'paid' });

function neverEnds() {
  const began = Date.now();
  let said = false;
  for (;;) {
    // The monitor has seen it by now, and written it down.
    if (!said && Date.now() - began > 500) {
      said = true;
      fs.writeSync(1, 'stalls\n');
    }
  }
}

if (process.argv[2] === 'stall') {
  const fifo = path.join(process.env.LOOPDET_DIR, '..', `${process.pid}fifo`);
  execFileSync('mkfifo', [fifo]);
  fs.readFile(fifo, () => {});
  setTimeout(neverEnds, 100);
} else {
  setInterval(() => {}, 1000);
  console.log('ready');
}
