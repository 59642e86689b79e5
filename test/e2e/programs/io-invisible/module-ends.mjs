// The same in an ES module: node module-ends.mjs NAME.

import { lookup } from 'node:dns';
import { promises, readFile, readFileSync } from 'node:fs';

const MISSING = '/nowhere/at/all';

function fail(what) {
  throw new RangeError(`${what} has no number`);
}

const programs = {
  'readFileSync, uncaught': () => readFileSync(MISSING),
  'readFile callback': () => readFile(new URL(import.meta.url), () => fail('file')),
  'dns.lookup callback': () => lookup('localhost', () => fail('name')),
  'top-level await': () => promises.readFile(MISSING),
  'readFile() without callback': () => readFile(MISSING),
  'import of a missing file': () => import('./fixtures/not-there.mjs'),
};

if (process.argv[2] === 'names') console.log(JSON.stringify(Object.keys(programs)));
else await programs[process.argv[2]]();
