'use strict';

// oom-buffer.js BYTES: uses up the memory outside of the JavaScript heap. Run it with that much address space (prlimit
// --as): an allocation fails, which is an exception here and no signal. Some hundred megabytes are left then, because
// what V8 itself cannot get ends the process.

const { readFileSync } = require('node:fs');

const MEGABYTE = 1024 * 1024;
const limit = Number(process.argv[2]);

function usedBytes() {
  const [, kilobytes] = /^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return kilobytes * 1024;
}

const kept = [];
while (usedBytes() < limit - 400 * MEGABYTE) kept.push(Buffer.alloc(64 * MEGABYTE, 1));
kept.push(Buffer.alloc(500 * MEGABYTE, 1));
