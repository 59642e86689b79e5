'use strict';

// tls.js PORT CUT-PORT CERTIFICATE: handshakes that are answered late, or cut.

const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const tls = require('node:tls');
const { measure, report } = require('./measure.js');

const [port, cutPort, certificate] = process.argv.slice(2);
const ca = fs.readFileSync(certificate);
const host = '127.0.0.1';
const wanted = (target, more) => ({ kind: 'tls', target, method: 'connect', ...more });

async function main() {
  // The first takes as long as it takes: OpenSSL reads what it needs.
  tls.createSecureContext({ ca });
  await measure(wanted(`${host}:${port}`), async function handshake() {
    const socket = tls.connect({ host, port: Number(port), ca });
    await once(socket, 'secureConnect');
    socket.destroy();
  });
  await measure(wanted(`${host}:${port}`), async function byPortAndHost() {
    const socket = tls.connect(Number(port), host, { ca });
    await once(socket, 'secureConnect');
    socket.destroy();
  });
  const plain = net.connect(Number(port), host);
  await once(plain, 'connect');
  await measure(wanted(`localhost:${port}`), async function startTls() {
    const socket = tls.connect({ socket: plain, servername: 'localhost', ca });
    await once(socket, 'secureConnect');
    socket.destroy();
  });
  await measure(wanted(`${host}:${cutPort}`, { error: 'ECONNRESET' }), async function cut() {
    await once(tls.connect({ host, port: Number(cutPort), ca }), 'secureConnect');
  });
}

main().then(() => report());
