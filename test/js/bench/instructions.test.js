'use strict';

// What instructions are counted by: a file of cachegrind's is read function by function, and split into parts.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const {
  difference,
  isSteady,
  readCounts,
  steady,
  sumParts,
} = require('../../bench/instructions/cachegrind');

const FILE = `desc: Trace-events: Ir
cmd: node program.js
events: Ir
fl=???
fn=???
0 1000
fn=Builtins_CallProxy
0 200
fl=/src/v8.cc
fn=v8::internal::Runtime_StringEqual(int, unsigned long*, v8::internal::Isolate*)
12 30
13 10
fn=v8::internal::compiler::GraphReducer::Reduce(v8::internal::compiler::Node*)
7 500
fn=v8::internal::Scavenger::Process(v8::JobDelegate*)
7 400
fl=/src/node.cc
fn=uv__hrtime
3 5
fl=/src/loop_watch.cc
fn=loopdet::LoopWatch::OnCheck()
9 7
fl=/src/v8.cc
fn=Builtins_CallProxy
0 50
summary: 2202
`;

describe('counted instructions', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-counts-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.writeFileSync(path.join(folder, 'cachegrind.out'), FILE);
  const counts = readCounts(folder);

  it('are those of the file, each function once', () => {
    assert.equal(
      [...counts.values()].reduce((sum, count) => sum + count),
      2202,
    );
    assert.equal(counts.get('Builtins_CallProxy'), 250);
  });

  it('belong to the part that has the function', () => {
    const parts = sumParts(counts);
    assert.deepEqual(parts, {
      addon: 7,
      'compiled JavaScript': 1000,
      'built-ins': 250,
      compiling: 500,
      memory: 400,
      'runtime of V8': 40,
      'Node, libuv, libc': 5,
    });
    assert.equal(steady(parts), 1302, 'without compiling and memory');
    assert.deepEqual(
      [...counts.keys()].filter((name) => !isSteady(name)).map((name) => name.split('::')[2]),
      ['compiler', 'Scavenger'],
    );
  });

  it('are compared function by function', () => {
    const more = new Map([...counts, ['new', 60]]);
    more.delete('uv__hrtime');
    const shares = difference(more, counts, 10);
    assert.equal(shares.get('new'), 6);
    assert.equal(shares.get('uv__hrtime'), -0.5);
    assert.equal(shares.get('Builtins_CallProxy'), 0);
  });
});
