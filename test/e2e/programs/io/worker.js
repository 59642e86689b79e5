'use strict';

// worker.js DIRECTORY DNS-SERVER HTTP-PORT: the same kinds in a worker, which prints what it measured.

const { Worker, isMainThread, threadId } = require('node:worker_threads');

const [, server, httpPort] = process.argv.slice(2);

async function work() {
  const dns = require('node:dns');
  const fs = require('node:fs');
  const http = require('node:http');
  const { readsLate } = require('./fifo.js');
  const { measure, measureSync, report } = require('./measure.js');

  // Once everything has been used, the times agree.
  for (let round = 0; round < 2; round++) {
    const first = readsLate();
    await measure({ kind: 'fs', method: 'readFile', target: first }, function promised() {
      return fs.promises.readFile(first);
    });
    const second = readsLate();
    const descriptor = fs.openSync(second);
    const target = `fd ${descriptor}`;
    measureSync({ kind: 'fs', method: 'readSync', target }, function synchronous() {
      return fs.readSync(descriptor, Buffer.alloc(10));
    });
    fs.closeSync(descriptor);
    const resolver = new dns.Resolver();
    resolver.setServers([server]);
    await measure({ kind: 'dns', method: 'resolve4', target: 'slow.test' }, function resolved() {
      return new Promise((resolve) => resolver.resolve4('slow.test', resolve));
    });
    const web = `127.0.0.1:${httpPort}`;
    await measure({ kind: 'http', target: `GET ${web}/answer/250`, status: 200 }, function got() {
      return new Promise((resolve, reject) => {
        const request = http.get(`http://${web}/answer/250`).on('error', reject);
        request.on('response', (response) => response.on('end', resolve).resume());
      });
    });
  }
  report({ threadId });
}

if (isMainThread) new Worker(__filename, { argv: process.argv.slice(2) });
else work();
