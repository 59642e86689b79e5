// Functions that are replaced before and after ES modules have imported them.

import * as all from 'node:fs';
import fs, { readFile, readFileSync } from 'node:fs';
import { readFile as readLater } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const original = { readFile: fs.readFile, readFileSync: fs.readFileSync };
const originalLater = fs.promises.readFile;

const stub = (_file, callback) => callback(null, 'stub');
fs.readFile = stub;
fs.readFileSync = () => 'stub';
console.log('not yet', readFile === original.readFile, all.readFileSync === original.readFileSync);
syncBuiltinESMExports();
console.log('now', readFile === stub, all.readFile === stub, readFileSync('/nowhere'));
readFile('/nowhere', (error, text) => console.log('called', error, text));
const { readFile: importedLater } = await import('node:fs');
console.log('imported later', importedLater === stub);

Object.assign(fs, original);
syncBuiltinESMExports();
console.log('back', readFile === original.readFile, readFileSync === original.readFileSync);
console.log((await readLater(new URL(import.meta.url))).length > 100);

fs.promises.readFile = async () => 'stub';
syncBuiltinESMExports();
console.log(await readLater('/nowhere'), await fs.promises.readFile('/nowhere'));
fs.promises.readFile = originalLater;
syncBuiltinESMExports();
console.log(
  'back',
  readLater === originalLater,
  (await readLater(new URL(import.meta.url))).length > 100,
);
readFile(new URL(import.meta.url), (error, data) => console.log(error, data.length > 100));
// A module of Node that nothing has loaded before is as complete.
const { default: dns, lookup } = await import('node:dns');
console.log('dns', dns.lookup === lookup);
