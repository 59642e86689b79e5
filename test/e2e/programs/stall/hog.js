'use strict';

// Uses a CPU until it is killed, or its parent is gone.
const parent = process.ppid;
for (;;) {
  for (let count = 0; count < 1e7; count++);
  if (process.ppid !== parent) process.exit();
}
