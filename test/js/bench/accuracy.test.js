'use strict';

// How reports are held against blocks of known length: by time, never by count.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { judge, rightCauses, summarise } = require('../../bench/accuracy/judge');
const { matchReports } = require('../../bench/accuracy/match');
const { packRun, unpackRun } = require('../../bench/accuracy/pack');
const { makeRandom, shuffled } = require('../../bench/accuracy/random');

const TOOL = {
  name: 'tool',
  title: 'a tool',
  thresholdMs: 50,
  tellsDuration: true,
  tellsCause: true,
  names: /** @type {const} */ ('blocker'),
  tellsEarly: true,
};

/**
 * @param {number} began
 * @param {number} ended
 * @param {object} [more]
 */
const block = (began, ended, more = {}) => ({
  kind: 'timer',
  wantedMs: ended - began,
  began,
  ended,
  waitMs: 0,
  aroundMs: 0,
  gcMs: 0,
  stoppedMs: 0,
  throttledMs: 0,
  ...more,
});

/**
 * @param {number} from
 * @param {number} to
 * @param {object} [more]
 */
const report = (from, to, more = {}) => ({
  from,
  to,
  ms: to - from,
  cause: 'js',
  functions: ['blockInTimer'],
  ...more,
});

/** @param {object} parts */
const run = (parts) => ({
  began: 0,
  ended: 10_000,
  blocks: [],
  reports: [],
  early: [],
  gaps: [],
  pauses: [],
  collections: [],
  ...parts,
});

describe('a report is matched', () => {
  it('to the block in whose time it lies, whatever the order', () => {
    const blocks = [block(100, 200), block(400, 500)];
    const reports = [report(399, 502), report(99, 201)];
    const { matched, again, nobodys } = matchReports(blocks, reports);
    assert.equal(matched.get(blocks[0]), reports[1]);
    assert.equal(matched.get(blocks[1]), reports[0]);
    assert.deepEqual([again, nobodys], [[], []]);
  });

  it('to none that it does not touch: as many reports as blocks are not enough', () => {
    const blocks = [block(100, 200), block(400, 500)];
    const reports = [report(100, 200), report(250, 350)];
    const { matched, nobodys } = matchReports(blocks, reports);
    assert.equal(matched.has(blocks[1]), false);
    assert.deepEqual(nobodys, [reports[1]]);
  });

  it('to the block with which it has most in common, once', () => {
    const blocks = [block(100, 200), block(250, 400)];
    const one = report(150, 390);
    const { matched } = matchReports(blocks, [one]);
    assert.equal(matched.get(blocks[1]), one);
    assert.equal(matched.has(blocks[0]), false);
  });

  it('beside another of the same block: the better one counts, the other is no false one', () => {
    const blocks = [block(100, 300)];
    const reports = [report(100, 180), report(100, 301), report(290, 310)];
    const { matched, again, nobodys } = matchReports(blocks, reports);
    assert.equal(matched.get(blocks[0]), reports[1]);
    assert.deepEqual(again, [reports[0], reports[2]]);
    assert.deepEqual(nobodys, []);
  });

  it('within the slack of two clocks, and not beyond', () => {
    const blocks = [block(100, 200)];
    assert.equal(matchReports(blocks, [report(202, 260)]).nobodys.length, 0);
    assert.equal(matchReports(blocks, [report(204, 260)]).nobodys.length, 1);
  });
});

describe('a tool is judged', () => {
  it('by blocks above its threshold that it found and missed', () => {
    const blocks = [block(100, 140), block(300, 400), block(600, 720), block(900, 960)];
    const reports = [report(300, 401), report(900, 959)];
    const sum = summarise(judge(TOOL, run({ blocks, reports })).rows);
    assert.deepEqual([sum.due, sum.found, sum.below], [3, 2, 0]);
    assert.equal(sum.errors.max, 1);
  });

  it('by false reports, and not by those of which the machine is the reason', () => {
    const blocks = [block(1000, 1100), block(2000, 2100)];
    const gaps = [
      { from: 0, to: 1000, waitMs: 0 },
      { from: 1100, to: 2000, waitMs: 60 },
    ];
    const nobodys = {
      calm: report(200, 300),
      waited: report(1300, 1400),
      paused: report(500, 600),
      itself: report(700, 800, { cause: 'starved', functions: [] }),
      blames: report(850, 950, { cause: 'starved' }),
      late: report(11_000, 11_100),
    };
    const pauses = [{ from: 510, to: 590 }];
    const { falseReports, excused } = judge(
      TOOL,
      run({ blocks, reports: Object.values(nobodys), gaps, pauses }),
    );
    assert.deepEqual(falseReports, [nobodys.calm, nobodys.blames]);
    assert.deepEqual(
      excused.map((one) => one.report),
      [nobodys.waited, nobodys.paused, nobodys.itself],
    );
  });

  it('by a duration beyond what the thread waited for a CPU around the block', () => {
    const blocks = [block(100, 200, { aroundMs: 8 })];
    const [row] = judge(TOOL, run({ blocks, reports: [report(100, 209)] })).rows;
    assert.equal(row.error, 9);
    assert.equal(row.errorOfTool, 1);
  });

  it('by causes, names and records that came in time', () => {
    const blocks = [block(100, 300), block(500, 700)];
    const reports = [report(100, 300), report(500, 700, { cause: 'syscall', functions: [] })];
    const early = [
      { ...report(100, 160), seen: 165 },
      { ...report(100, 250), seen: 255 },
      { ...report(500, 560), seen: 720 },
    ];
    const { rows } = judge(TOOL, run({ blocks, reports, early }));
    assert.deepEqual(
      rows.map((row) => [row.causeRight, row.named, row.earlyAfter]),
      [
        [true, true, 65],
        [false, false, null],
      ],
    );
  });
});

describe('the right cause', () => {
  it('is what took most of the block, and of two large parts either', () => {
    assert.deepEqual(rightCauses(block(0, 100)), ['js']);
    assert.deepEqual(rightCauses(block(0, 100, { waitMs: 90 })), ['starved']);
    assert.deepEqual(rightCauses(block(0, 100, { waitMs: 45 })), ['js', 'starved']);
    assert.deepEqual(rightCauses(block(0, 100, { gcMs: 70 })), ['gc']);
    assert.deepEqual(rightCauses(block(0, 100, { stoppedMs: 80 })), ['stopped']);
  });

  it('of a throttled thread, which waits for the CPU too, is the throttle', () => {
    assert.deepEqual(rightCauses(block(0, 100, { waitMs: 80, throttledMs: 80 })), ['throttled']);
  });

  it('of a process that stood still while it waited is that it stood still, or nothing at all', () => {
    const stop = block(100, 400, { kind: 'stopped-idle' });
    const [silent] = judge(TOOL, run({ blocks: [stop] })).rows;
    assert.equal(silent.due, false);
    const blames = judge(TOOL, run({ blocks: [stop], reports: [report(100, 400)] })).rows[0];
    assert.equal(blames.causeRight, false);
  });
});

it('a run that is read from its file is the run that was', () => {
  const whole = run({
    blocks: [block(100, 200, { waitMs: 1.5 })],
    reports: [report(100, 200), report(300, 400, { ms: null, cause: null, functions: [] })],
    early: [{ ...report(100, 160), seen: 165 }],
    gaps: [{ from: 0, to: 100, waitMs: 2 }],
    pauses: [{ from: 50, to: 70 }],
    collections: [{ from: 60, to: 90 }],
  });
  assert.deepEqual(unpackRun(packRun(whole)), whole);
});

it('the order of blocks is the same for the same seed', () => {
  const list = Array.from({ length: 20 }, (_, index) => index);
  const orders = [1, 1, 2].map((seed) => shuffled(list, makeRandom(seed)));
  assert.deepEqual(orders[0], orders[1]);
  assert.notDeepEqual(orders[0], orders[2]);
  assert.deepEqual(
    [...orders[2]].sort((a, b) => a - b),
    list,
  );
});
