'use strict';

// What a tool's reports are worth, held against the truth.

const { findKind } = require('./kinds');
const { matchReports, overlapOf } = require('./match');

/** @typedef {import('./types').TrueBlock} TrueBlock */
/** @typedef {import('./types').Report} Report */
/** @typedef {import('./types').Early} Early */
/** @typedef {import('./types').Tool} Tool */
/** @typedef {import('./types').Run} Run */

/** What took so much of a block is its cause; with two such, either is right. */
const SHARE = 0.4;
/** Causes by which a tool says that it was the machine and not the program. */
const MACHINE_CAUSES = ['starved', 'throttled', 'stopped'];
/** Records made while a block lasts are asked for where there is time for them. */
const EARLY_FROM_MS = 100;

/** @param {TrueBlock} block */
const lengthOf = (block) => block.ended - block.began;

/**
 * @param {TrueBlock} block
 * @returns {string[]} causes that are right
 */
function rightCauses(block) {
  const { causes, optional } = findKind(block.kind);
  if (optional) return causes;
  const { waitMs, gcMs, stoppedMs, throttledMs } = block;
  const length = lengthOf(block);
  // A thread that is throttled waits for the CPU as well.
  const starvedMs = Math.max(0, waitMs - throttledMs);
  const own = length - starvedMs - gcMs - stoppedMs - throttledMs;
  /** @type {[number, string[]][]} */
  const shares = [
    [own, causes],
    [starvedMs, ['starved']],
    [gcMs, ['gc']],
    [stoppedMs, ['stopped']],
    [throttledMs, ['throttled']],
  ];
  const most = Math.max(...shares.map(([ms]) => ms));
  return shares.filter(([ms]) => ms === most || ms >= SHARE * length).flatMap(([, names]) => names);
}

/**
 * A report that is of no block is false, unless the machine made the loop late: then it is right.
 * @param {Report} report
 * @param {Run} run
 * @returns {string | null} why it is not counted
 */
function excuseOf(report, run) {
  if (report.to < run.began || report.from > run.ended) return 'before or after';
  const length = report.ms ?? report.to - report.from;
  const gap = run.gaps.find((one) => overlapOf(one, report) > 0);
  if (gap && gap.waitMs >= length / 2) return 'the program waited for a CPU';
  if (run.pauses.some((pause) => overlapOf(pause, report) >= length / 2)) {
    return 'the machine stood still';
  }
  const collecting = run.collections.reduce(
    (sum, one) => sum + Math.max(0, overlapOf(one, report)),
    0,
  );
  if (collecting >= length / 2) return 'a collection that is no block of ours';
  const ownFrame = report.functions.some((name) => /^(block|step)(In|Of)/.test(name));
  if (MACHINE_CAUSES.includes(report.cause ?? '') && !ownFrame) return 'the tool says the machine';
  return null;
}

/**
 * @param {number[]} values
 * @param {number} share from 0 to 1
 * @returns {number | null}
 */
function percentile(values, share) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? sorted[0];
}

/** @param {number[]} errors */
const describeErrors = (errors) => ({
  median: percentile(errors, 0.5),
  p95: percentile(errors, 0.95),
  max: percentile(errors, 1),
});

/**
 * One row for each block, with what the tool said of it.
 * @param {Tool} tool
 * @param {Run} run
 * @returns {import('./types').Judged}
 */
function judge(tool, run) {
  const { matched, again, nobodys } = matchReports(run.blocks, run.reports);
  const early = new Map();
  for (const record of run.early) {
    for (const [block] of matchReports(run.blocks, [record]).matched) {
      if (!early.has(block) || record.seen < early.get(block)) early.set(block, record.seen);
    }
  }
  const rows = run.blocks.map((block) => {
    const kind = findKind(block.kind);
    const report = matched.get(block) ?? null;
    const length = lengthOf(block);
    const name = tool.names && kind[tool.names];
    const error = report?.ms != null ? report.ms - length : null;
    const seen = early.get(block) ?? null;
    return {
      block,
      kind,
      report,
      length,
      due: !kind.optional && length > tool.thresholdMs,
      error,
      // The turn is longer than the block by what its thread waited for a CPU around it.
      errorOfTool: error === null ? null : Math.max(0, Math.abs(error) - block.aroundMs),
      causeRight:
        report && tool.tellsCause ? rightCauses(block).includes(report.cause ?? '') : null,
      named: report && name ? report.functions.includes(name) : null,
      earlyAfter: seen !== null && seen < block.ended ? seen - block.began : null,
    };
  });
  const excused = nobodys.map((report) => ({ report, excuse: excuseOf(report, run) }));
  return {
    rows,
    again,
    falseReports: excused.filter(({ excuse }) => excuse === null).map(({ report }) => report),
    excused: excused.filter(({ excuse }) => excuse !== null && excuse !== 'before or after'),
  };
}

/**
 * The figures of a tool, or of one kind of block.
 * @param {import('./types').Judged['rows']} rows
 */
function summarise(rows) {
  const due = rows.filter((row) => row.due);
  const reported = rows.filter((row) => row.report !== null);
  const errors = due.flatMap((row) => (row.error === null ? [] : [Math.abs(row.error)]));
  const judged = rows.filter((row) => row.due && !row.kind.apart && row.errorOfTool !== null);
  const causes = reported.filter((row) => row.causeRight !== null);
  const named = due.filter((row) => row.named !== null);
  const long = due.filter((row) => row.length > EARLY_FROM_MS);
  const early = long.flatMap((row) => (row.earlyAfter === null ? [] : [row.earlyAfter]));
  return {
    due: due.length,
    found: due.filter((row) => row.report).length,
    below: rows.filter((row) => !row.due && !row.kind.optional && row.report).length,
    errors: describeErrors(errors),
    judgedErrors: describeErrors(judged.map((row) => /** @type {number} */ (row.errorOfTool))),
    causesRight: causes.filter((row) => row.causeRight).length,
    causes: causes.length,
    named: named.filter((row) => row.named).length,
    nameable: named.length,
    early: early.length,
    long: long.length,
    earlyMedian: percentile(early, 0.5),
  };
}

module.exports = { EARLY_FROM_MS, judge, rightCauses, summarise };
