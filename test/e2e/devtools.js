'use strict';

// As much of a Chrome DevTools client as the tests need: connects to the inspector of a child,
// sends commands, collects messages. Only short text frames, as the tests exchange no others.

const crypto = require('node:crypto');
const http = require('node:http');

/**
 * A masked WebSocket frame with `text`, of less than 64 KB.
 *
 * @param {string} text
 */
function frameOf(text) {
  const payload = Buffer.from(text);
  const mask = crypto.randomBytes(4);
  const size = payload.length < 126 ? Buffer.alloc(0) : Buffer.alloc(2);
  if (size.length) size.writeUInt16BE(payload.length);
  const head = Buffer.from([0x81, 0x80 | (size.length ? 126 : payload.length)]);
  for (const index of payload.keys()) payload[index] ^= mask[index % 4];
  return Buffer.concat([head, size, mask, payload]);
}

/**
 * Splits received bytes into messages; gives those that are complete, and the rest.
 *
 * @param {Buffer} bytes
 */
function messagesOf(bytes) {
  const messages = [];
  let rest = bytes;
  while (rest.length >= 2) {
    let length = rest[1] & 0x7f;
    let start = 2;
    if (length === 126) {
      if (rest.length < 4) break;
      length = rest.readUInt16BE(2);
      start = 4;
    } else if (length === 127) {
      if (rest.length < 10) break;
      length = Number(rest.readBigUInt64BE(2));
      start = 10;
    }
    if (rest.length < start + length) break;
    if ((rest[0] & 0x0f) === 1) {
      messages.push(JSON.parse(rest.subarray(start, start + length).toString('utf8')));
    }
    rest = rest.subarray(start + length);
  }
  return { messages, rest };
}

/**
 * Connects to `ws://host:port/id`.
 *
 * @param {string} address
 * @returns {Promise<{send(method: string, params?: object): Promise<any>, messages: any[],
 *   until(method: string): Promise<void>, close(): void}>}
 */
function connect(address) {
  const { hostname, port, pathname } = new URL(address);
  const request = http.request({
    hostname,
    port,
    path: pathname,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': crypto.randomBytes(16).toString('base64'),
    },
  });
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('upgrade', (_response, socket, head) => {
      /** @type {any[]} */
      const received = [];
      const answers = new Map();
      let rest = Buffer.from(head);
      let nextId = 1;
      const take = (/** @type {Buffer} */ data) => {
        const split = messagesOf(Buffer.concat([rest, data]));
        rest = Buffer.from(split.rest);
        for (const message of split.messages) {
          received.push(message);
          answers.get(message.id)?.(message.result);
        }
      };
      socket.on('data', take);
      socket.on('error', () => {});
      take(Buffer.alloc(0));
      resolve({
        messages: received,
        close: () => socket.destroy(),
        // The event may have come already, or the program may end without it.
        until: (method) =>
          new Promise((come) => {
            const look = () => {
              if (!received.some((message) => message.method === method)) return;
              socket.off('data', look);
              come();
            };
            socket.on('data', look);
            socket.once('close', () => come());
            look();
          }),
        send: (method, params = {}) =>
          new Promise((answered, failed) => {
            const id = nextId++;
            answers.set(id, answered);
            socket.once('close', () => failed(new Error(`no answer to ${method}`)));
            socket.write(frameOf(JSON.stringify({ id, method, params })));
          }),
      });
    });
    request.end();
  });
}

module.exports = { connect };
