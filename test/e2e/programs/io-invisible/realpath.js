'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const here = path.relative(process.cwd(), __filename);
console.log(fs.realpathSync.native(here) === __filename, fs.realpathSync(here) === __filename);
console.log(fs.realpathSync.native.name, fs.realpathSync.native.length);
console.log(fs.realpath.native.name, fs.realpath.native.length);
try {
  fs.realpathSync.native('/nowhere/at/all');
} catch (error) {
  console.log({ ...error }, error.message);
}
const { native } = fs.realpath;
native(Buffer.from(here), 'buffer', (error, found) => {
  console.log(error, Buffer.isBuffer(found), String(found) === __filename);
  native('/nowhere/at/all', (missing, nothing) => {
    console.log({ ...missing }, missing.message, nothing);
    fs.realpath(here, async (wrong, resolved) => {
      console.log(wrong, resolved === __filename);
      console.log((await promisify(native)(here)) === __filename);
    });
  });
});
