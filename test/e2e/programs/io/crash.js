'use strict';

// crash.js DIRECTORY HTTP-PORT DNS-SERVER TLS-PORT: dies with one operation of each kind under way.

const { spawn } = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const { readsLate } = require('./fifo.js');

const [, httpPort, server, tlsPort] = process.argv.slice(2);
const web = `127.0.0.1:${httpPort}`;
/** @type {Record<string, number>} */
const began = {};

/** Begins an operation under a name that its stack has. The CPU profile may begin meanwhile, which takes 25 ms. */
function begin(name, operation) {
  operation();
  began[name] = performance.now();
}

function beginAll() {
  begin('endlessBody', function endlessBody() {
    http.get(`http://${web}/endless/0?secret`, (response) => response.resume());
  });
  begin('endlessFetch', function endlessFetch() {
    fetch(`http://${web}/endless/1?secret`).then((response) => response.text());
  });
  begin('noAnswer', function noAnswer() {
    http.get(`http://${web}/silent`);
  });
  begin('lostName', function lostName() {
    const resolver = new dns.Resolver();
    resolver.setServers([server]);
    resolver.resolve4('lost.test', () => {});
  });
  // Its writer comes in time for the end: Node waits for its threads then.
  const fifo = readsLate(1.5);
  begin('blockedFile', function blockedFile() {
    fs.readFile(fifo, () => {});
  });
  begin('sleeping', function sleeping() {
    spawn('sleep', ['20'], { stdio: 'ignore' }).unref();
  });
  begin('handshake', function handshake() {
    const tls = require('node:tls');
    tls.connect({ host: '127.0.0.1', port: Number(tlsPort), rejectUnauthorized: false });
  });
  // It is connected soon, and waits for nothing then.
  net.connect(Number(httpPort), '127.0.0.1');
  return fifo;
}

async function main() {
  // The first fetch loads what it needs before it makes its request.
  await (await fetch(`http://${web}/answer`)).text();
  const slow = readsLate(0.15);
  await fs.promises.readFile(slow);
  const fifo = beginAll();
  setTimeout(() => {
    const now = performance.now();
    const lasted = Object.fromEntries(Object.entries(began).map(([name, at]) => [name, now - at]));
    console.log(JSON.stringify({ lasted, fifo, slow }));
    throw new Error('died waiting');
  }, 300);
}

main();
