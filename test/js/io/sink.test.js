'use strict';

// What operations cost by the recording's own account, of which one in 64 is measured.

const assert = require('node:assert/strict');
const { it } = require('node:test');

const CALL_NS = 500;
const PAUSE_NS = 5e6;
let now = 1e9;
/** Looks at the clock until the thread stands still before one. */
let looksToPause = Infinity;
const { bigint } = process.hrtime;
// Before the sink takes it.
process.hrtime = Object.assign(
  () => {
    looksToPause -= 1;
    now += CALL_NS + (looksToPause === 0 ? PAUSE_NS : 0);
    return /** @type {[number, number]} */ ([0, now]);
  },
  { bigint },
);

const { KIND } = require('../../../js/io/kinds.js');
const { SLOTS } = require('../../../js/io/operation-table.js');
const { Sink } = require('../../../js/io/sink.js');

it('counts a call that is measured for 64, unless another thread had the CPU meanwhile', () => {
  const state = new Uint32Array([0, 0, 0, 0, SLOTS, 1]);
  /** @type {number[]} */
  const spent = [];
  const binding = {
    ioState: () => state.buffer,
    ioSlots: () => new ArrayBuffer(512 * 104),
    ioSpent: (/** @type {number} */ ms) => spent.push(ms),
  };
  const sink = new Sink(binding, 500, () => {});
  const type = sink.type(KIND.fs, 'readFile');
  const above = () => {};
  const begin = () => sink.begin(type, 'file', above);
  // A begin and an end each: two calls, of which the sixty-fourth is measured.
  for (let i = 0; i < 64; i++) sink.end(begin());
  assert.deepEqual(spent, [(64 * CALL_NS) / 1e6, (64 * CALL_NS) / 1e6]);

  for (let i = 0; i < 31; i++) sink.end(begin());
  const last = begin();
  // An end asks for the time as it begins, and if it is measured as it ends.
  looksToPause = 2;
  sink.end(last);
  assert.equal(spent[2], (PAUSE_NS + CALL_NS) / 1e6);
});
