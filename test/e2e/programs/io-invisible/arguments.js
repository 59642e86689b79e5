'use strict';

// What callbacks are given, and what else may be passed: node arguments.js PART.

const childProcess = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

// Some of these are deprecated.
process.noDeprecation = true;

const MISSING = '/nowhere/at/all';
const part = process.argv[2];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'arguments-'));
const copy = path.join(folder, 'copy');
process.on('exit', () => fs.rmSync(folder, { recursive: true }));

const kindOf = (value) => {
  // Some names and numbers are other ones in every run.
  if (typeof value === 'string') return 'text';
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Error)
    return `${value.code} ${value.syscall} ${value.errno} ${value.message.slice(0, 100)}`;
  return value.constructor?.name ?? 'no prototype';
};

/** Resolves when the callback it gives to `start` is called, and says with what. */
const seen = (label, start) =>
  new Promise((resolve) => {
    const result = start(function callback(...given) {
      if (part === 'this') console.log(label, kindOf(this));
      else console.log(label, given.length, given.map(kindOf));
      resolve();
    });
    if (part !== 'this') console.log(label, 'returned', kindOf(result));
  });

/** The same for a function that is not strict: its `this` is an object. */
const sloppy = new Function('done', 'return function () { done(this, arguments); }');

async function callbacks() {
  const descriptor = fs.openSync(__filename);
  await seen('readFile', (done) => fs.readFile(__filename, done));
  await seen('readFile missing', (done) => fs.readFile(MISSING, done));
  await seen('stat', (done) => fs.stat(__filename, done));
  await seen('stat missing', (done) => fs.stat(MISSING, done));
  await seen('access', (done) => fs.access(__filename, done));
  await seen('exists', (done) => fs.exists(__filename, done));
  await seen('open', (done) => fs.open(MISSING, done));
  await seen('read', (done) => fs.read(descriptor, Buffer.alloc(4), 0, 4, 0, done));
  await seen('read, options', (done) => fs.read(descriptor, { length: 4 }, done));
  await seen('read, nothing else', (done) => fs.read(descriptor, done));
  await seen('readv', (done) => fs.readv(descriptor, [Buffer.alloc(4)], done));
  await seen('readdir', (done) => fs.readdir(__dirname, done));
  await seen('realpath', (done) => fs.realpath(__filename, done));
  await seen('native', (done) => fs.realpath.native(__filename, done));
  await seen('mkdtemp', (done) => fs.mkdtemp(path.join(folder, 'more-'), done));
  await seen('writeFile', (done) => fs.writeFile(copy, 'text', done));
  await seen('appendFile', (done) => fs.appendFile(copy, 'text', done));
  await seen('rm', (done) => fs.rm(MISSING, done));
  await seen('lookup', (done) => dns.lookup('localhost', { family: 4 }, done));
  await seen('lookup, address', (done) => dns.lookup('127.0.0.1', done));
  await seen('lookup, all', (done) => dns.lookup('localhost', { all: true }, done));
  await seen('lookupService', (done) => dns.lookupService('127.0.0.1', 65_000, done));
  const resolver = new dns.Resolver({ timeout: 50, tries: 1 });
  resolver.setServers(['127.0.0.1:9']);
  await seen('resolve4', (done) => resolver.resolve4('name.invalid', done));
  await seen('resolve', (done) => resolver.resolve('name.invalid', 'MX', done));
  await seen('reverse', (done) => resolver.reverse('127.0.0.1', done));
  await seen('exec', (done) => childProcess.exec('exit 2', done));
  await seen('execFile', (done) => childProcess.execFile('echo', ['a'], done));
  await seen('spawn exit', (done) => childProcess.spawn('true').on('exit', done));
  await seen('spawn close', (done) => childProcess.spawn('true').on('close', done));

  const { stat } = fs;
  await seen('no this', (done) => stat(__filename, done));
  await seen('other this', (done) => stat.call({}, __filename, done));
  const { lookup } = dns;
  await seen('lookup, no this', (done) => lookup('localhost', done));
  fs.closeSync(descriptor);
}

async function sloppyCallbacks() {
  for (const start of [
    (done) => fs.stat(__filename, done),
    (done) => fs.readFile(__filename, done),
    (done) => dns.lookup('127.0.0.1', done),
    (done) => dns.lookup('localhost', done),
  ]) {
    const [self, count] = await new Promise((resolve) => {
      start(
        sloppy((it, given) => resolve([it === globalThis ? 'global' : kindOf(it), given.length])),
      );
    });
    console.log('sloppy', self, count);
  }
}

async function extraArguments() {
  // More arguments than any function has.
  const extra = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  await seen('stat, extra', (done) => fs.stat(__filename, {}, done, ...extra));
  await seen('readFile, extra', (done) => fs.readFile(__filename, 'utf8', done, ...extra));
  await seen('readFile, extra function', (done) =>
    fs.readFile(__filename, 'utf8', done, ...extra, () => console.log('never')),
  );
  await seen('lookup, extra', (done) => dns.lookup('localhost', {}, done, ...extra));
  console.log(fs.statSync(__filename, {}, ...extra).isFile(), fs.existsSync(__filename, ...extra));
  console.log(fs.readFileSync(__filename, 'utf8', ...extra).length > 0);
  console.log((await fs.promises.stat(__filename, {}, ...extra)).isFile());
  const counted = (...given) => given.length;
  fs.counted = counted;
  console.log(fs.counted(...extra));

  const { readFile } = fs.promises;
  console.log((await readFile.call(null, __filename)).length > 0);
  // Paths of every type.
  const url = pathToFileURL(__filename);
  for (const one of [Buffer.from(__filename), new Uint8Array(Buffer.from(__filename)), url]) {
    await seen('stat', (done) => fs.stat(one, done));
    console.log(fs.statSync(one).isFile(), fs.existsSync(one), fs.readFileSync(one).length > 0);
    console.log((await fs.promises.readFile(one)).length > 0);
  }
}

async function oddPaths() {
  const odd = [
    new URL('http://example.com/name'),
    new URL('file:///a%2Fb'),
    new URL('file:///a%ff'),
    new URL('file://host/name'),
    'a\0b',
    Buffer.from('a\0b'),
    Buffer.from([0xff, 0xfe]),
    '',
    '\ud800',
    'x'.repeat(5000),
    null,
    undefined,
    {},
    [],
    Symbol('s'),
    Object.create(null),
    new Proxy({}, {}),
    { href: 'file:///nowhere', protocol: 'file:', auth: undefined, path: undefined },
    {
      toString: () => fail('toString'),
      get href() {
        return fail('href');
      },
    },
  ];
  function fail(what) {
    throw new Error(`${what} was read`);
  }
  for (const wrong of [-1, 1.5, 2 ** 40]) {
    for (const call of [fs.readFileSync, fs.existsSync, fs.promises.readFile]) {
      try {
        console.log(wrong, kindOf(await call(wrong)));
      } catch (error) {
        console.log(wrong, kindOf(error));
      }
    }
  }
  for (const [number, one] of odd.entries()) {
    for (const call of [
      () => fs.readFileSync(one),
      () => fs.existsSync(one),
      () => fs.statSync(one, { throwIfNoEntry: false }),
      () => new Promise((resolve) => fs.readFile(one, (error) => resolve(kindOf(error)))),
      () => fs.promises.readFile(one),
      () => fs.promises.stat(one),
    ]) {
      try {
        console.log(number, kindOf(await call()));
      } catch (error) {
        console.log(number, kindOf(error));
      }
    }
  }
}

const parts = {
  callbacks,
  this: () => callbacks().then(sloppyCallbacks),
  extra: extraArguments,
  odd: oddPaths,
};
if (part === 'names') console.log(JSON.stringify(Object.keys(parts)));
else parts[part]();
