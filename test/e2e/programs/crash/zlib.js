'use strict';

const zlib = require('node:zlib');

zlib.gzip('twelve bytes', (_error, packed) => {
  const magic = packed.readUInt16BE(0);
  throw new Error(`magic number ${magic}`);
});
