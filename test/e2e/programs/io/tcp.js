'use strict';

// tcp.js PORT: connects to a server that does not accept, gives one up, and waits for the other.

const net = require('node:net');
const { measure, report } = require('./measure.js');

const port = Number(process.argv[2]);
const wanted = (more) => ({ kind: 'tcp', target: `127.0.0.1:${port}`, method: 'connect', ...more });

async function main() {
  await measure(wanted({ error: 'ABORTED' }), function givenUp() {
    const socket = net.connect(port, '127.0.0.1');
    setTimeout(() => socket.destroy(), 250);
    return new Promise((_resolve, reject) => socket.once('close', () => reject(new Error())));
  });
  await measure(wanted({ error: 'ETIMEDOUT' }), function timedOut() {
    const socket = new net.Socket();
    socket.setTimeout(250, () => {
      socket.destroy(Object.assign(new Error('late'), { code: 'ETIMEDOUT' }));
    });
    socket.connect({ port, host: '127.0.0.1' });
    return new Promise((_resolve, reject) => socket.once('error', reject));
  });
  await measure(wanted(), function reached() {
    console.log('connecting');
    const socket = net.createConnection({ port, host: '127.0.0.1' });
    return new Promise((resolve) => {
      socket.once('connect', () => {
        socket.destroy();
        resolve(undefined);
      });
    });
  });
}

main().then(() => report());
