'use strict';

// Which report is of which block: by time, never by count.

/** @typedef {import('./types').TrueBlock} TrueBlock */
/** @typedef {import('./types').Report} Report */

/** Two clocks, one of which tells whole milliseconds. */
const SLACK_MS = 3;

/**
 * @param {{from: number, to: number}} one
 * @param {{from: number, to: number}} other
 * @returns {number} milliseconds that they have in common; below 0: they are so far apart
 */
function overlapOf(one, other) {
  return Math.min(one.to, other.to) - Math.max(one.from, other.from);
}

/**
 * A report is of the block with which it has most time in common, and of none that it does not touch. Of the
 * reports of one block the one counts that has most in common with it, and the first of these.
 * @template {Report} R
 * @param {TrueBlock[]} blocks
 * @param {R[]} reports
 * @returns {{matched: Map<TrueBlock, R>, again: R[], nobodys: R[]}} again: further reports of a block that has one
 */
function matchReports(blocks, reports) {
  /** @type {Map<TrueBlock, {report: R, overlap: number}>} */
  const best = new Map();
  /** @type {R[]} */
  const again = [];
  /** @type {R[]} */
  const nobodys = [];
  for (const report of reports) {
    /** @type {TrueBlock | null} */
    let own = null;
    let most = -SLACK_MS;
    for (const block of blocks) {
      const overlap = overlapOf(report, { from: block.began, to: block.ended });
      if (overlap > most) {
        own = block;
        most = overlap;
      }
    }
    if (!own) {
      nobodys.push(report);
      continue;
    }
    const other = best.get(own);
    if (!other || most > other.overlap) {
      best.set(own, { report, overlap: most });
      if (other) again.push(other.report);
    } else {
      again.push(report);
    }
  }
  const matched = new Map([...best].map(([block, { report }]) => [block, report]));
  return { matched, again, nobodys };
}

module.exports = { matchReports, overlapOf };
