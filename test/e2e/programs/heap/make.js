'use strict';

// Writes three snapshots of a program that leaks: before, after, and after some more.
const { writeHeapSnapshot } = require('node:v8');

class Account {
  constructor(/** @type {number} */ id) {
    this.id = id;
    this.name = `account ${id}`;
    this.tags = [id, `tag ${id % 10}`];
    this.meta = { created: id * 1.5, flags: { open: true, level: id } };
  }
}

class Chain {
  constructor(/** @type {Chain | null} */ next) {
    this.next = next;
  }
}

class Leaked {
  constructor(/** @type {number} */ number) {
    this.payload = `payload ${number} ${'x'.repeat(30)}`;
  }
}

/** @type {Record<string, any>} */
const kept = { accounts: new Map(), chain: null, leaked: [], weak: new WeakMap(), keys: [] };
for (let id = 0; id < 600; id++) kept.accounts.set(`key ${id}`, new Account(id));
for (let i = 0; i < 200; i++) kept.chain = new Chain(kept.chain);
for (let i = 0; i < 50; i++) {
  const key = { key: i };
  kept.keys.push(key);
  kept.weak.set(key, { value: `weak ${i}`, list: [i, i] });
}
kept.buffers = Array.from({ length: 5 }, () => Buffer.alloc(20000));
kept.text = '';
for (let i = 0; i < 300; i++) kept.text += `part ${i} `;
kept.same = Array.from({ length: 90 }, (_, i) => `${'same text '.repeat(4)}${i % 3}`.slice(0, 41));
kept.closures = Array.from({ length: 30 }, (_, i) => {
  const large = new Array(20).fill(i);
  return () => large;
});
kept.ref = new WeakRef(kept.keys[0]);
kept.odd = { 'a,b': 1, "it's": 2, ünïcödé: 3, '😀': 4 };
kept.frozen = Object.freeze({ 'a,b': 1, "it's": 2 });
/** @type {any} */ (globalThis).kept = kept;

/** One round of what it does again and again. @param {number} round */
function work(round) {
  for (let i = 0; i < 100; i++) kept.leaked.push(new Leaked(round * 100 + i));
  for (let id = 0; id < 50; id++) kept.accounts.delete(`key ${round * 50 + id}`);
  kept.accounts.set(`late ${round}`, new Account(1000 + round));
  kept.shapes = Array.from({ length: 40 }, (_, i) => ({ width: i, height: round, depth: `${i}` }));
}

writeHeapSnapshot('first.heapsnapshot');
work(0);
writeHeapSnapshot('second.heapsnapshot');
work(1);
writeHeapSnapshot('third.heapsnapshot');
