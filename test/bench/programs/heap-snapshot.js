'use strict';

// Writes a snapshot of so many accounts: maps, arrays, plain objects, strings, chains, closures, weak entries. Then a second
// one, with a few more.
const { writeHeapSnapshot } = require('node:v8');

const [count, file, later] = [Number(process.argv[2]), process.argv[3], process.argv[4]];

class Account {
  constructor(/** @type {number} */ id) {
    this.id = id;
    this.name = `account ${id}`;
    this.tags = [id, id + 1, `tag ${id % 100}`];
    this.meta = { created: id * 1.5, flags: { open: true, level: id } };
  }
}

class Chain {
  constructor(/** @type {Chain | null} */ next) {
    this.next = next;
  }
}

const kept = {
  accounts: new Map(),
  chain: /** @type {Chain | null} */ (null),
  keys: /** @type {object[]} */ ([]),
  closures: /** @type {Function[]} */ ([]),
};
const weak = new WeakMap();
for (let id = 0; id < count; id++) kept.accounts.set(`key ${id}`, new Account(id));
for (let i = 0; i < count / 4; i++) kept.chain = new Chain(kept.chain);
for (let i = 0; i < count / 20; i++) {
  const key = { key: i };
  kept.keys.push(key);
  weak.set(key, { value: `weak ${i}`, list: [1, 2, 3] });
}
for (let i = 0; i < count / 50; i++) {
  const large = new Array(10).fill(i);
  kept.closures.push(() => large);
}
Object.assign(globalThis, { kept, weak });
writeHeapSnapshot(file);
for (let id = 0; id < count / 50; id++) kept.accounts.set(`later ${id}`, new Account(id));
if (later) writeHeapSnapshot(later);
