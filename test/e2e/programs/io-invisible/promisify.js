'use strict';

// What util.promisify makes of functions with a shape of their own.

const childProcess = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');
const { inspect, promisify } = require('node:util');

async function main() {
  const file = fs.openSync(__filename, 'r');
  const sink = fs.openSync('/dev/null', 'w');
  const show = (what, value) => console.log(what, inspect(value, { depth: 3 }));

  show('read', await promisify(fs.read)(file, Buffer.alloc(5), 0, 5, 0));
  show('write', await promisify(fs.write)(sink, 'text'));
  show('readv', await promisify(fs.readv)(file, [Buffer.alloc(3)], 0));
  show('writev', await promisify(fs.writev)(sink, [Buffer.from('text')]));
  show('exists', await promisify(fs.exists)(__filename));
  show('exists not', await promisify(fs.exists)(`${__filename}.missing`));
  show('readFile', (await promisify(fs.readFile)(__filename, 'utf8')).slice(0, 12));
  show('stat', (await promisify(fs.stat)(__filename)).isFile());
  show('lookup', await promisify(dns.lookup)('127.0.0.1'));
  show('lookup all', await promisify(dns.lookup)('127.0.0.1', { all: true }));
  show('lookup of a name', Object.keys(await promisify(dns.lookup)('localhost')));
  show('lookupService', Object.keys(await promisify(dns.lookupService)('127.0.0.1', 22)));
  show('exec', await promisify(childProcess.exec)('echo one; echo two >&2'));
  show('execFile', await promisify(childProcess.execFile)('echo', ['three']));
  const running = promisify(childProcess.execFile)('echo', ['four']);
  show('child', running.child.constructor.name);
  await running;

  for (const [what, promise] of [
    ['readFile', () => promisify(fs.readFile)('/nowhere/at/all')],
    ['exec', () => promisify(childProcess.exec)('exit 3')],
    ['execFile', () => promisify(childProcess.execFile)('no-such-program')],
  ]) {
    await promise().catch((error) => show(`${what} fails`, { ...error, message: error.message }));
  }

  for (const one of [fs.read, fs.write, fs.exists, fs.readFile, dns.lookup, childProcess.exec]) {
    const { name, length } = promisify(one);
    show('made', [name, length, typeof one[promisify.custom]]);
  }
  show('same every time', promisify(fs.exists) === fs.exists[promisify.custom]);
  fs.closeSync(file);
  fs.closeSync(sink);
}

main();
