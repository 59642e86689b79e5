'use strict';

// AsyncLocalStorage in callbacks, events and after awaits; two contexts at a time.

const { AsyncLocalStorage } = require('node:async_hooks');
const childProcess = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');

const storage = new AsyncLocalStorage();
const found = {};
const note = (what, name) => {
  found[name] ??= {};
  found[name][what] = storage.getStore();
};

async function all(name, port) {
  const until = (what, start) =>
    new Promise((resolve) => {
      start(() => {
        note(what, name);
        resolve();
      });
    });
  const pending = [
    until('readFile', (done) => fs.readFile(__filename, done)),
    until('stat', (done) => fs.stat('/nowhere', done)),
    until('native', (done) => fs.realpath.native(__filename, done)),
    until('lookup', (done) => dns.lookup('localhost', done)),
    until('exec', (done) => childProcess.exec('true', done)),
    until('spawn', (done) => childProcess.spawn('true').on('exit', done)),
    until('connect', (done) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        done();
      });
    }),
    until('http', (done) =>
      http.get({ port, host: '127.0.0.1' }, (response) => response.resume().on('end', done)),
    ),
  ];
  await fs.promises.readFile(__filename);
  note('await readFile', name);
  await fs.promises.stat('/nowhere').catch(() => note('catch', name));
  note('await catch', name);
  const file = await fs.promises.open(__filename);
  note('await open', name);
  await file.read(Buffer.alloc(1));
  note('await read', name);
  await file.close();
  await dns.promises.lookup('localhost');
  note('await lookup', name);
  await (await fetch(`http://127.0.0.1:${port}/`)).text();
  note('await fetch', name);
  for await (const entry of await fs.promises.opendir(__dirname))
    if (entry) note('for await', name);
  await Promise.all(pending);
  note('end', name);
}

const server = http.createServer((_request, response) => response.end('text'));
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  await Promise.all(['one', 'two'].map((name) => storage.run(name, () => all(name, port))));
  for (const [name, seen] of Object.entries(found)) {
    for (const what of Object.keys(seen).sort()) console.log(name, what, seen[what]);
  }
  console.log('outside', storage.getStore());
  server.close();
  server.closeAllConnections();
});
