// Every way to import a module of Node gives the same functions.

import childDefault, { ChildProcess, exec, execFileSync } from 'node:child_process';
import dnsDefault, { lookup } from 'node:dns';
import { lookup as lookupLater } from 'node:dns/promises';
import * as fsAll from 'node:fs';
import fsDefault, { promises, readFile, readFileSync, realpath, stat } from 'node:fs';
import * as promisesAll from 'node:fs/promises';
import { readFile as readLater } from 'node:fs/promises';
import { createRequire } from 'node:module';
import netDefault, { Socket } from 'node:net';
import tlsDefault, { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const here = new URL(import.meta.url);

const all = { ...fsAll };
const allPromises = { ...promisesAll };
const same = {
  named: readFile === fsAll.readFile && readFile === fsDefault.readFile,
  sync: readFileSync === fsDefault.readFileSync,
  required: fsDefault === require('node:fs'),
  promises: promises === fsDefault.promises && promises.readFile === readLater,
  all: Object.keys(promises).every((name) => promises[name] === allPromises[name]),
  names: Object.keys(fsDefault).every((name) => fsDefault[name] === all[name]),
  namespace: Object.keys(fsAll).join(),
  dns: lookup === dnsDefault.lookup && lookupLater === dnsDefault.promises.lookup,
  child: exec === childDefault.exec && execFileSync === childDefault.execFileSync,
  prototype: ChildProcess === childDefault.ChildProcess,
  net: Socket === netDefault.Socket,
  tls: connect === tlsDefault.connect,
};
console.log(same);

// One after the other: the threads of the pool are in no order.
const said = (name, what) =>
  new Promise((resolve) => {
    what((error, value) => resolve(console.log(name, error, value)));
  });
await said('callback', (done) => readFile(here, 'utf8', (error, text) => done(error, text.length)));
await said('stat', (done) =>
  stat(fileURLToPath(here), { bigint: true }, (error, { size }) => done(error, size)),
);
await said('native', (done) =>
  realpath.native(here, (error, path) => done(error, path === fileURLToPath(here))),
);
console.log('sync', readFileSync(here).length, fsAll.statSync(here).size);
console.log('await', (await readLater(here)).length, (await promisesAll.stat(here)).size);
console.log('lookup', (await lookupLater('127.0.0.1')).address);
console.log('exec', String(execFileSync('echo', ['word'])));
const later = await import('node:fs');
console.log('imported later', later.readFile === readFile, later.default === fsDefault);
