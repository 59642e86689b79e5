'use strict';

// Functions that are replaced after the start, and put back.

const dns = require('node:dns');
const fs = require('node:fs');
const net = require('node:net');
const { mock } = require('node:test');

const read = (label) =>
  new Promise((resolve) => {
    fs.readFile(__filename, 'utf8', (error, text) => {
      console.log(label, error, text.length < 100 ? text : 'the file');
      resolve();
    });
  });

async function main() {
  const original = fs.readFile;
  const descriptor = JSON.stringify(Object.getOwnPropertyDescriptor(fs, 'readFile'));
  await read('real');

  const mocked = mock.method(fs, 'readFile', (...given) => given.at(-1)(null, 'mocked'));
  await read('mock.method');
  console.log(mocked.mock.callCount(), mocked.mock.calls[0].arguments[1]);
  mocked.mock.restore();
  console.log('restored', fs.readFile === original);
  console.log(descriptor === JSON.stringify(Object.getOwnPropertyDescriptor(fs, 'readFile')));
  await read('real');

  const spy = mock.method(fs, 'readFile');
  await read('spied');
  console.log(spy.mock.callCount(), spy.mock.calls[0].this === fs);
  mock.restoreAll();
  console.log('restored', fs.readFile === original);

  fs.readFile = (_file, _options, callback) => callback(null, 'assigned');
  await read('assignment');
  fs.readFile = original;
  await read('real');

  const stub = mock.method(fs.promises, 'readFile', async () => 'mocked');
  console.log(await fs.promises.readFile('/nowhere'));
  stub.mock.restore();
  console.log((await fs.promises.readFile(__filename)).length > 100);

  mock.method(fs, 'readFileSync', () => 'mocked');
  console.log(fs.readFileSync('/nowhere'));
  mock.restoreAll();
  console.log(fs.readFileSync(__filename).length > 100);

  mock.method(dns, 'lookup', (_name, options, callback) => {
    if (typeof options === 'function') options(null, '127.0.0.1', 4);
    else if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  });
  const server = net
    .createServer((socket) => socket.end())
    .listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const socket = net.connect({
        port,
        host: 'name.invalid',
        lookup: dns.lookup,
        autoSelectFamily: true,
      });
      socket.resume().on('close', (failed) => {
        console.log('connected by a mocked lookup', failed, dns.lookup.mock.callCount() > 0);
        server.close();
      });
    });
}

main();
