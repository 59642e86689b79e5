'use strict';

// A crash with something of everything in its frames, a slow request under way, a lag and a busy profile before it.

const http = require('node:http');

class Account {
  #balance = 1234;

  constructor(id) {
    this.id = id;
    this.items = Array.from({ length: 200 }, (_, i) => ({ i, sq: i * i }));
    this.tags = new Set(['gold', 'silver']);
    this.limits = new Map([
      ['day', 100],
      [{ currency: 'EUR' }, { most: 2000 }],
    ]);
    this.self = this;
  }

  get total() {
    return this.#balance;
  }
}

const ten = Array.from({ length: 10_000 }, (_, i) => i * 3);

function withdraw(account, amount) {
  const when = new Date(0);
  const bytes = Buffer.from('hello');
  const pending = new Promise(() => {});
  const wrapped = new Proxy({ inside: 'the target' }, {});
  const far = { one: { two: { three: { four: { five: 'deep' } } } } };
  {
    const reason = `over the limit by ${amount}`;
    if (ten.length > 0) throw new RangeError(reason, { cause: new Error('the bank is closed') });
  }
  return [when, bytes, pending, wrapped, far, account];
}

const server = http.createServer(() => {});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  http.get({ port, path: '/rates?token=abc' }).on('error', () => {});
  server.unref();
  setTimeout(() => {
    const start = Date.now();
    while (Date.now() - start < 120);
    setTimeout(() => withdraw(new Account(7), 1500), 20);
  }, 20);
});
