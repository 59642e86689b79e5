'use strict';

// A DNS server on loopback. The first label of a name says what happens: slow, fast, missing, lost.

const dgram = require('node:dgram');

const DELAY_MS = 250;
const NOT_FOUND = 3;
const TYPES = { A: 1, PTR: 12, TXT: 16 };

/** @param {Buffer} query @returns {{name: string, type: number, end: number}} */
function readQuestion(query) {
  const labels = [];
  let at = 12;
  for (let length = query[at]; length > 0; length = query[at]) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** @param {string} name */
const encodeName = (name) =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);

/** @param {number} type @returns {Buffer | null} */
function dataOf(type) {
  if (type === TYPES.A) return Buffer.from([192, 0, 2, 7]);
  if (type === TYPES.PTR) return encodeName('slow.test');
  if (type === TYPES.TXT) return Buffer.from([4, ...Buffer.from('text')]);
  return null;
}

/** @param {Buffer} query */
function answerTo(query) {
  const { name, type, end } = readQuestion(query);
  const data = name.startsWith('missing') ? null : dataOf(type);
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180 | (name.startsWith('missing') ? NOT_FOUND : 0), 2);
  head.writeUInt16BE(data ? 1 : 0, 6);
  head.fill(0, 8);
  const parts = [head, query.subarray(12, end)];
  if (data) {
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(data.length, 10);
    parts.push(record, data);
  }
  return { name, answer: Buffer.concat(parts) };
}

async function slowDns() {
  const server = dgram.createSocket('udp4');
  server.on('message', (query, { port, address }) => {
    const { name, answer } = answerTo(query);
    if (name.startsWith('lost')) return;
    setTimeout(
      () => server.send(answer, port, address, () => {}),
      name.startsWith('fast') ? 0 : DELAY_MS,
    );
  });
  await new Promise((resolve) => server.bind(0, '127.0.0.1', () => resolve(undefined)));
  return {
    address: `127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(() => resolve(undefined))),
  };
}

module.exports = { slowDns };
