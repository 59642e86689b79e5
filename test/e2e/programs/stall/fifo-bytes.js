'use strict';

// fifo-bytes.js DIRECTORY: reads a FIFO whose name is no UTF-8, and which nobody writes to.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');

const directory = process.argv[2];
execFileSync('sh', ['-c', 'mkfifo "$(printf "bad\\377name")"'], { cwd: directory });
const file = Buffer.concat([Buffer.from(`${directory}/bad`), Buffer.of(0xff), Buffer.from('name')]);
const descriptor = fs.openSync(file, 'r+');
setTimeout(() => fs.readSync(descriptor, Buffer.alloc(1)), 50);
