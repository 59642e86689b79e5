// module.mjs DIRECTORY DNS-SERVER SLOW-TLS-PORT CERTIFICATE HTTP-PORT: an ES module with named imports.

import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns';
import { Resolver as PromiseResolver } from 'node:dns/promises';
import * as fs from 'node:fs';
import { readFile, readFileSync } from 'node:fs';
import { readFile as readFileOfPromises } from 'node:fs/promises';
import http, { get } from 'node:http';
import https from 'node:https';
import { connect as connectTls, createSecureContext } from 'node:tls';
import fifo from './fifo.js';
import measuring from './measure.js';

const { measure, measureSync, report } = measuring;
const [, , , server, tlsPort, certificate, httpPort] = process.argv;
const ca = readFileSync(certificate);
const ofFile = (method, target) => ({ kind: 'fs', method, target });
const bodyOf = (request) =>
  new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => response.on('end', resolve).resume());
  });

const first = fifo.readsLate();
await measure(ofFile('readFile', first), function named() {
  return new Promise((resolve) => readFile(first, resolve));
});
const second = fifo.readsLate();
await measure(ofFile('readFile', second), function namedPromise() {
  return readFileOfPromises(second);
});
const third = fifo.readsLate();
await measure(ofFile('readFile', third), function ofTheNamespace() {
  return fs.promises.readFile(third);
});
const fourth = fifo.opensLate();
const descriptor = measureSync(ofFile('openSync', fourth), function synchronous() {
  return fs.openSync(fourth);
});
fs.closeSync(descriptor);

const resolver = new Resolver();
resolver.setServers([server]);
await measure({ kind: 'dns', method: 'resolve4', target: 'slow.test' }, function resolved() {
  return new Promise((resolve) => resolver.resolve4('slow.test', resolve));
});
const promised = new PromiseResolver();
promised.setServers([server]);
await measure({ kind: 'dns', method: 'resolve4', target: 'slow1.test' }, function promisedName() {
  return promised.resolve4('slow1.test');
});

// The first of these takes as long as it takes.
createSecureContext({ ca });
const host = '127.0.0.1';
await measure({ kind: 'tls', method: 'connect', target: `${host}:${tlsPort}` }, function secured() {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port: Number(tlsPort), ca }, () => {
      socket.destroy();
      resolve();
    });
  });
});
const web = `${host}:${httpPort}`;
await (await fetch(`http://${web}/answer`)).text();
await measure({ kind: 'http', target: `GET ${web}/answer/250`, status: 200 }, function got() {
  return bodyOf(get(`http://${web}/answer/250`));
});
await measure(
  { kind: 'http', target: `GET ${web}/answer/251`, status: 200 },
  function gotByDefault() {
    return bodyOf(http.get(`http://${web}/answer/251`));
  },
);
await measure(
  { kind: 'fetch', target: `GET ${web}/answer/252`, status: 200 },
  async function fetched() {
    await (await fetch(`http://${web}/answer/252`)).text();
  },
);
await measure({ kind: 'child', method: 'spawn', target: 'sleep', status: 0 }, function slept() {
  return new Promise((resolve) => execFile('sleep', ['0.25'], resolve));
});
report({ https: typeof https.get });
