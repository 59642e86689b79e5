const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test } = require('node:test');
const { interpret } = require('../../../js/replay/crash-file');
const { fixture, fixtures, readFixture } = require('./harness');
const { faults, problems } = require('./schemas');

const CRASH = 'crash.20261120.180051.4711.0.001.json';
const STALL = 'stall.20261120.180012.4711.0.001.json';
const names = fs.readdirSync(fixtures);
const crashes = names.filter((name) => name.startsWith('crash.'));
const stalls = names.filter((name) => name.startsWith('stall.'));

test('the schemas themselves raise no complaint in strict mode', () => {
  assert.deepEqual(problems, []);
});

for (const name of crashes) {
  test(`${name} is valid`, () => assert.equal(faults('crash', readFixture(name)), ''));
}
for (const name of stalls) {
  test(`${name} is valid`, () => assert.equal(faults('stall', readFixture(name)), ''));
}

test('live events of every kind are valid', () => {
  const lines = fs.readFileSync(fixture('events.jsonl'), 'utf8').trim().split('\n');
  const kinds = new Set();
  for (const line of lines) {
    const event = JSON.parse(line);
    kinds.add(event.event);
    assert.equal(faults('event', event), '', event.event);
  }
  assert.equal(kinds.size, 9);
});

test('error, header and frames come before the other sections in the samples', () => {
  for (const name of crashes) {
    const keys = Object.keys(readFixture(name)).filter((key) => key !== 'handled');
    assert.deepEqual(keys.slice(4, 7), ['error', 'header', 'frames'], name);
  }
});

test('every key at the top is required, and no other is allowed', () => {
  const document = readFixture(CRASH);
  for (const key of Object.keys(document)) {
    const { [key]: _, ...rest } = document;
    assert.match(faults('crash', rest), new RegExp(`required property '${key}'`), key);
  }
  assert.match(faults('crash', { ...document, extra: 1 }), /additional properties/);
});

test('any section may be an error alone, the first four keys may not', () => {
  const document = readFixture(CRASH);
  for (const key of Object.keys(document)) {
    const valid = faults('crash', { ...document, [key]: { error: 'no memory' } }) === '';
    const isFixed = ['schemaVersion', 'complete', 'truncated', 'kind'].includes(key);
    assert.equal(valid, !isFixed, key);
  }
});

test('a wrong type is found in every section', () => {
  const wrong = {
    error: { name: 5 },
    header: { processId: '5' },
    frames: [{ line: 0 }],
    capture: { mode: 'magic' },
    lag: { histogram: [] },
    stall: { cause: 'moon' },
    io: { slow: {} },
    memory: { rss: -1 },
    resources: { fsRead: 'many' },
    handles: { active: [5] },
    gc: { count: 1.5 },
    profile: { topFunctions: [{}] },
    redaction: { count: null },
    overhead: { hooksMs: -1 },
    Paused: {},
    RemoteObjects: [],
    Scripts: [],
    Report: [],
  };
  const document = readFixture(CRASH);
  for (const [key, value] of Object.entries(wrong)) {
    const before = document[key];
    const changed = Array.isArray(value) || Array.isArray(before) ? value : { ...before, ...value };
    const expected = ['RemoteObjects', 'Scripts', 'Report'].includes(key) ? value : changed;
    assert.notEqual(faults('crash', { ...document, [key]: expected }), '', key);
  }
});

test('positions are 1-based: zero is refused', () => {
  const document = readFixture(CRASH);
  document.frames[0].line = 0;
  assert.notEqual(faults('crash', document), '');
});

test('an event with a field of another event is refused', () => {
  const base = { time: '2026-11-20T17:00:12.004Z', pid: 1, threadId: 0 };
  assert.equal(faults('event', { event: 'gc', ...base, kind: 'scavenge', durationMs: 1 }), '');
  assert.notEqual(faults('event', { event: 'gc', ...base, kind: 'scavenge', rss: 1 }), '');
  assert.notEqual(faults('event', { event: 'nap', ...base }), '');
});

test('reading changes nothing in a valid file', () => {
  for (const name of [...crashes, ...stalls]) {
    const before = readFixture(name);
    const { document } = interpret(name, readFixture(name));
    assert.deepEqual(document, before, name);
  }
});

test('what is read from a file of inspector-postmortem is a valid crash file', () => {
  const { document } = interpret('postmortem.json', readFixture('postmortem.json'));
  assert.equal(faults('crash', document), '');
  const { header, memory } = document;
  assert.equal(header.processId, 13979);
  assert.equal(memory.rss, 83959808);
});

test('a stall needs its accounting, and says when it still lasts', () => {
  const document = readFixture(STALL);
  const { accounting, ...stall } = document.stall;
  assert.equal(accounting.wallMs, 2013.2);
  assert.match(faults('stall', { ...document, stall }), /accounting/);
  assert.notEqual(faults('stall', { ...document, complete: 'no' }), '');
});
