'use strict';

// https-handshake.js PORT CERTIFICATE: a request whose handshake is the slow part of it, and is an event beside it.

const fs = require('node:fs');
const https = require('node:https');
const tls = require('node:tls');
const { measure, report } = require('./measure.js');

const [port, certificate] = process.argv.slice(2);
const ca = fs.readFileSync(certificate);
const host = '127.0.0.1';
const target = `${host}:${port}`;

async function main() {
  // The first secure context takes milliseconds, before there is a request.
  tls.createSecureContext({ ca });
  const wantedRequest = { kind: 'http', target: `GET ${target}/answer`, status: 200 };
  await measure(wantedRequest, function requested() {
    let secured;
    const answered = new Promise((resolve, reject) => {
      const request = https.get({ host, port, path: '/answer', ca, agent: false });
      request.on('socket', (socket) => {
        const wanted = { kind: 'tls', target, method: 'connect' };
        secured = measure(wanted, function requested() {
          return new Promise((done) => socket.once('secureConnect', done));
        });
      });
      request.on('error', reject);
      request.on('response', (response) => response.on('end', resolve).resume());
    });
    return answered.then(() => secured);
  });
}

main().then(() => report());
