'use strict';

// Uses a CPU until it is killed, or its parent is gone; prints a line when it begins.
const parent = process.ppid;
require('node:fs').writeSync(1, 'busy\n');
for (;;) {
  for (let count = 0; count < 1e7; count++);
  if (process.ppid !== parent) process.exit();
}
