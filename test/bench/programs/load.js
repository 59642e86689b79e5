'use strict';

// Full load on an HTTP server: connections that each send the next request when the answer is there.
// It reads just enough of an answer to know that it is whole and right, so that the server and not
// this program is what limits the throughput, however fast the server is.
const { once } = require('node:events');
const net = require('node:net');
const { stayAwake } = require('./awake');

const CONNECTIONS = 32;
const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n');
const STATUS = Buffer.from('HTTP/1.1 200 OK\r\n');

/** One connection; counts answers until it may not ask any more. */
class Connection {
  /** @param {number} port @param {() => boolean} mayAsk asked before each request */
  constructor(port, mayAsk) {
    this.socket = net.connect(port, '127.0.0.1').setNoDelay();
    this.socket.on('data', (chunk) => this.read(chunk));
    this.answers = 0;
    this.failures = 0;
    this.mayAsk = mayAsk;
    /** Bytes of an answer; all are of one size, for only the time in the Date header differs. */
    this.size = 0;
    this.missing = 0;
  }

  ask() {
    if (!this.mayAsk()) return void this.socket.end();
    this.missing = this.size;
    this.socket.write(REQUEST);
  }

  /** @param {Buffer} chunk */
  read(chunk) {
    if (this.size === 0) {
      this.size = answerSize(chunk);
      this.missing = this.size;
    }
    if (this.missing === this.size && chunk.compare(STATUS, 0, STATUS.length, 0, STATUS.length)) {
      this.failures++;
    }
    this.missing -= chunk.length;
    if (this.missing > 0) return;
    if (this.missing < 0) this.failures++; // longer than the first one
    this.answers++;
    this.ask();
  }
}

/**
 * @param {Buffer} chunk the beginning of an answer, with the whole head
 * @returns {number}
 */
function answerSize(chunk) {
  const head = chunk.indexOf('\r\n\r\n') + 4;
  const length = /^content-length: (\d+)$/im.exec(chunk.toString('latin1', 0, head));
  if (head < 4 || !length) throw new Error(`not the answer that was expected: ${chunk}`);
  return head + Number(length[1]);
}

/**
 * For so long, or so many requests, which a server that is as slow as under valgrind gets no faster for it that we stay awake.
 * @typedef {{port: number, seconds: number} | {port: number, count: number}} Order
 */

/** @param {Order} order */
async function run(order) {
  let left = 'count' in order ? order.count : Number.POSITIVE_INFINITY;
  const mayAsk = () => left-- > 0;
  const connections = Array.from({ length: CONNECTIONS }, () => new Connection(order.port, mayAsk));
  await Promise.all(connections.map(({ socket }) => once(socket, 'connect')));
  let asks = 'seconds' in order;
  stayAwake(() => asks);
  const start = process.hrtime.bigint();
  for (const connection of connections) connection.ask();
  if ('seconds' in order) {
    setTimeout(() => {
      left = 0;
    }, order.seconds * 1000);
  }
  // Each ends after its last answer; when all are closed, the server has nothing left to do.
  await Promise.all(connections.map(({ socket }) => once(socket, 'close')));
  asks = false;
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  const sum = (/** @type {'answers' | 'failures'} */ key) =>
    connections.reduce((total, connection) => total + connection[key], 0);
  process.send?.({ responses: sum('answers'), failures: sum('failures'), seconds: elapsed });
}

process.on('message', (order) => {
  run(/** @type {Order} */ (order));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
