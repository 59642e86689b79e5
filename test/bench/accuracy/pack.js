'use strict';

// Runs as short lines of text: small files, in which a difference shows.

/** @typedef {import('./types').Run} Run */

const number = (/** @type {number} */ value) => Number(value.toFixed(2));

/** Of a stack, only what a block may be recognised by. @param {string[]} functions */
const namesKept = (functions) => functions.filter((name) => /^(block|step|start)[A-Z]/.test(name));

/**
 * Times are from the begin of the run.
 * @param {Run} run
 */
function packRun(run) {
  const at = (/** @type {number} */ time) => number(time - run.began);
  const report = (/** @type {import('./types').Report} */ one) => [
    at(one.from),
    at(one.to),
    one.ms === null ? '-' : number(one.ms),
    one.cause ?? '-',
    namesKept(one.functions).join('/') || '-',
  ];
  const span = (/** @type {{from: number, to: number}} */ one) => [at(one.from), at(one.to)];
  const lines = (/** @type {(string | number)[][]} */ rows) => rows.map((row) => row.join(' '));
  return {
    lastsMs: at(run.ended),
    // kind, wanted, began, ended, wait, wait around, gc, stopped, throttled
    blocks: lines(
      run.blocks.map((block) => [
        block.kind,
        block.wantedMs,
        at(block.began),
        at(block.ended),
        ...[block.waitMs, block.aroundMs, block.gcMs, block.stoppedMs, block.throttledMs].map(
          number,
        ),
      ]),
    ),
    // from, to, ms, cause, functions; of an early record also when it was seen
    reports: lines(run.reports.map(report)),
    early: lines(run.early.map((one) => [...report(one), at(one.seen)])),
    // from, to, wait
    gaps: lines(run.gaps.map((gap) => [...span(gap), number(gap.waitMs)])),
    pauses: lines(run.pauses.map(span)),
    // Short ones excuse nothing.
    collections: lines(run.collections.filter(({ from, to }) => to - from > 5).map(span)),
  };
}

/**
 * @param {ReturnType<typeof packRun>} packed
 * @returns {Run}
 */
function unpackRun(packed) {
  const rows = (/** @type {string[]} */ lines) => lines.map((line) => line.split(' '));
  const report = (/** @type {string[]} */ [from, to, ms, cause, functions]) => ({
    from: Number(from),
    to: Number(to),
    ms: ms === '-' ? null : Number(ms),
    cause: cause === '-' ? null : cause,
    functions: functions === '-' ? [] : functions.split('/'),
  });
  const span = (/** @type {string[]} */ [from, to]) => ({ from: Number(from), to: Number(to) });
  return {
    began: 0,
    ended: packed.lastsMs,
    blocks: rows(packed.blocks).map(([kind, ...texts]) => {
      const [wantedMs, began, ended, waitMs, aroundMs, gcMs, stoppedMs, throttledMs] =
        texts.map(Number);
      return { kind, wantedMs, began, ended, waitMs, aroundMs, gcMs, stoppedMs, throttledMs };
    }),
    reports: rows(packed.reports).map(report),
    early: rows(packed.early).map((row) => ({ ...report(row), seen: Number(row[5]) })),
    gaps: rows(packed.gaps).map((row) => ({ ...span(row), waitMs: Number(row[2]) })),
    pauses: rows(packed.pauses).map(span),
    collections: rows(packed.collections).map(span),
  };
}

module.exports = { packRun, unpackRun };
