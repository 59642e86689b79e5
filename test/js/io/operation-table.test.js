'use strict';

// The table of operations is written from JavaScript and from C++, and read by C++: all mean the same bytes.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const api = require('../../../js/api.js');
const { loadBinding } = require('../../../js/binding.js');
const { KIND, KIND_NAMES } = require('../../../js/io/kinds.js');
const { Label, OperationTable, clock } = require('../../../js/io/operation-table.js');

const MOST_SLOTS = 2 ** 17;

describe('the table of operations', () => {
  const binding = loadBinding();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-table-'));
  /** @type {InstanceType<typeof OperationTable>} */
  let table;

  before(() => {
    // fs: C++ writes its synchronous operations into the same table.
    api.start({ directory, io: ['fs'], quiet: true });
    table = new OperationTable(binding);
  });
  after(() => {
    api.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  const http = new Label(KIND.http, 'GET', true);
  const file = new Label(KIND.fs, 'readFile', false);
  /** @returns {any[]} what C++ reads */
  const read = () => JSON.parse(binding.section('io')).inFlight;

  it('has what was begun, until it ends', () => {
    const now = clock();
    const token = table.begin(http, 'example.com:80', '/users?key=secret', now);
    const [{ kind, method, target, durationMs }] = read();
    assert.deepEqual(
      [kind, method, target],
      [KIND_NAMES[KIND.http], 'GET', 'GET example.com:80/users'],
    );
    assert.ok(durationMs >= 0 && durationMs < 1000, `${durationMs}`);
    assert.equal(table.elapsed(token, now + 5e6), 5e6);
    assert.equal(table.end(token, now + 7e6), 7e6);
    assert.equal(table.end(token, now + 8e6), -1, 'twice');
    assert.equal(table.elapsed(token, now + 8e6), -1);
    assert.deepEqual(read(), []);
  });

  it('gives a slot that is used again another token', () => {
    const first = table.begin(file, 'a', '', clock());
    table.end(first, clock());
    const second = table.begin(file, 'b', '', clock());
    assert.notEqual(first, second);
    assert.equal(first % MOST_SLOTS, second % MOST_SLOTS);
    assert.equal(table.end(first, clock()), -1);
    assert.equal(read()[0].target, 'b');
    table.end(second, clock());
  });

  const texts = [
    ['is cut where the slot ends', file, 'x'.repeat(200), 'x'.repeat(80 - 'readFile'.length)],
    ['is cut between characters', file, `${'x'.repeat(71)}äöü`, 'x'.repeat(71)],
    ['may be of any characters', file, 'ordner/größe-€-😀.txt', 'ordner/größe-€-😀.txt'],
    ['ends before a fragment', http, 'größe/#token', 'GET größe/'],
    ['may be none', file, /** @type {any} */ (7), ''],
  ];
  for (const [what, label, about, shown] of texts) {
    it(`text ${what}`, () => {
      const token = table.begin(
        /** @type {any} */ (label),
        /** @type {any} */ (about),
        '',
        clock(),
      );
      assert.equal(read()[0].target, shown);
      table.end(token, clock());
    });
  }

  it('is shared with the synchronous operations that C++ begins', () => {
    const tokens = Array.from({ length: 3 }, (_, i) => table.begin(file, `${i}`, '', clock()));
    table.end(tokens[1], clock());
    fs.readFileSync(__filename);
    const again = table.begin(file, 'again', '', clock());
    assert.equal(again % MOST_SLOTS, tokens[1] % MOST_SLOTS);
    const targets = read().map(({ target }) => target);
    assert.deepEqual(targets, ['0', '2', 'again']);
    for (const token of [tokens[0], tokens[2], again]) table.end(token, clock());
  });

  it('has what each is about, whatever was in its slot before', () => {
    /** @type {[InstanceType<typeof Label>, string, string, string][]} */
    const some = [
      [http, 'a.example', '/1', 'GET a.example/1'],
      [http, 'a.example', '/1', 'GET a.example/1'],
      [http, 'a.example', '/other', 'GET a.example/other'],
      [http, 'a.example', '/1', 'GET a.example/1'],
      [http, 'a.example', '', 'GET a.example'],
      [http, 'b.example', '', 'GET b.example'],
      [http, 'b.example?key=', '/1', 'GET b.example/1'],
      [http, 'b.example?key=', '/2', 'GET b.example/2'],
      [http, 'b.example', '', 'GET b.example'],
      [file, 'b.example', '', 'b.example'],
      [file, 'größe', '', 'größe'],
      [file, 'größe', '', 'größe'],
      [file, 'größe', 'ä', 'größeä'],
      [http, `${'a'.repeat(100)}.example`, '/1', `GET ${'a'.repeat(73)}`],
      [http, `${'a'.repeat(100)}.example`, '/2', `GET ${'a'.repeat(73)}`],
      [http, 'a.example', '/1', 'GET a.example/1'],
    ];
    const slots = new Set();
    for (const [label, first, second, shown] of some) {
      const token = table.begin(label, first, second, clock());
      slots.add(token % MOST_SLOTS);
      assert.deepEqual(
        read().map(({ target }) => target),
        [shown],
      );
      table.end(token, clock());
    }
    assert.equal(slots.size, 1);
    // By C++, in between.
    fs.readFileSync(__filename);
    const token = table.begin(http, 'a.example', '/1', clock());
    assert.equal(read()[0].target, 'GET a.example/1');
    assert.equal(read()[0].method, 'GET');
    table.end(token, clock());
  });

  it('has them of many at once, which end in any order', () => {
    const names = ['one', 'two', 'three'];
    /** @type {{token: number, name: string}[]} */
    const live = [];
    let random = 1;
    const below = (/** @type {number} */ most) => {
      random = (random * 48271) % 2147483647;
      return random % most;
    };
    for (let step = 0; step < 3000; step++) {
      if (live.length > below(200)) {
        table.end(live.splice(below(live.length), 1)[0].token, clock());
      } else {
        const name = names[below(3)];
        live.push({ token: table.begin(file, name, '', clock()), name });
      }
      if (step % 50 > 0) continue;
      const targets = read().map(({ target }) => target);
      assert.deepEqual(targets.sort(), live.map(({ name }) => name).sort());
    }
    for (const { token } of live) table.end(token, clock());
  });

  it('may be taken over with slots that are free again', () => {
    const tokens = Array.from({ length: 3 }, () => table.begin(file, 'earlier', '', clock()));
    for (const token of tokens) table.end(token, clock());
    const next = new OperationTable(binding);
    const token = next.begin(file, 'later', '', clock());
    assert.ok(tokens.some((earlier) => earlier % MOST_SLOTS === token % MOST_SLOTS));
    assert.deepEqual(
      read().map(({ target }) => target),
      ['later'],
    );
    next.end(token, clock());
  });

  it('counts what it has no room for', () => {
    const tokens = [];
    for (let i = 0; i < MOST_SLOTS; i++) tokens.push(table.begin(file, '', '', clock()));
    assert.ok(tokens.every((token) => token > 0));
    assert.equal(table.begin(file, 'one too many', '', clock()), 0);
    assert.equal(JSON.parse(binding.section('io')).dropped, 1);
    assert.equal(new Set(tokens).size, MOST_SLOTS);
    for (const token of tokens) assert.notEqual(table.end(token, clock()), -1);
    assert.deepEqual(read(), []);
  });
});
