'use strict';

const fs = require('node:fs');
const { measureWhenAsked } = require('./concurrent');

const BYTES = 4096;
const READS = 8;
const FILE = 'read.bin';

async function read() {
  const { length } = await fs.promises.readFile(FILE);
  if (length !== BYTES) throw new Error(`${length} bytes were read`);
}

fs.writeFileSync(FILE, Buffer.alloc(BYTES, 'x'));
measureWhenAsked(read, READS);
