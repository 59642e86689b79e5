'use strict';

// A loop that V8 of Node 24 and 26 compiles (Maglev) to code that serves an interrupt once in a second or never. Without an
// answer, only where the thread is says that this is JavaScript.
function fillsArrays() {
  const began = Date.now();
  let kept = [];
  for (let count = 1; ; ++count) {
    kept.push(new Array(1000).fill(count));
    if (count % 100 !== 0) continue;
    if (Date.now() - began > 2000) break;
    kept = [];
  }
}

function later() {
  fillsArrays();
}

if (process.argv[2] === 'at-once') later();
else setTimeout(later, 300);
