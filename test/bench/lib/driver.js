'use strict';

const { findArm } = require('./arms');
const { medianFigures, summarise } = require('./statistics');

/** @typedef {import('./types').Context} Context */
/** @typedef {import('./types').PairResult} PairResult */
/** @typedef {import('./types').PairRound} PairRound */
/** @typedef {import('./types').Workload} Workload */

/** A round in which others used more than this many cores is dropped and repeated. */
const FOREIGN_CORES_ALLOWED = 0.1;

/** A pair of arms gets at most this many times the rounds that were asked for. */
const TRIES_PER_ROUND = 2;

/**
 * Starts both arms, measures them in turns A B A B and ends both. Both live at the same time and
 * take turns of seconds, so what the machine does meanwhile falls on both alike.
 * @param {Workload} workload
 * @param {[string, string]} pair
 * @param {boolean} swapped B A B A instead, so that being second is nobody's advantage
 * @param {Context} context
 * @returns {Promise<PairRound>}
 */
async function measureRound(workload, pair, swapped, context) {
  const foreignCores = context.processes.watchOthers();
  const order = swapped ? [1, 0] : [0, 1];
  /** @type {import('./types').Subject[]} */
  const subjects = [];
  /** @type {import('./types').Figures[][]} */
  const slices = [[], []];
  try {
    for (const side of order) {
      const arm = findArm(pair[side], workload.arms);
      subjects[side] = await workload.open(arm, context);
    }
    for (let turn = 0; turn < workload.slices; turn++) {
      for (const side of order) slices[side].push(await subjects[side].slice());
    }
  } finally {
    for (const subject of subjects) await subject?.close();
  }
  const foreign = foreignCores();
  return {
    base: medianFigures(slices[0]),
    arm: medianFigures(slices[1]),
    baseSlices: slices[0],
    armSlices: slices[1],
    foreignCores: foreign,
    kept: !workload.sensitive || foreign <= FOREIGN_CORES_ALLOWED,
  };
}

/**
 * All pairs of a workload, one round of each in turns.
 * @param {Workload} workload
 * @param {number} rounds wanted for every pair
 * @param {Context} context
 * @param {(text: string) => void} progress
 * @param {(arm: string) => boolean} available
 * @returns {Promise<PairResult[]>}
 */
async function runWorkload(workload, rounds, context, progress, available) {
  const pairs = workload.pairs.filter((pair) => pair.every(available));
  /** @type {PairRound[][]} */
  const measured = pairs.map(() => []);
  for (let tried = 0; tried < rounds * TRIES_PER_ROUND; tried++) {
    for (const [index, pair] of pairs.entries()) {
      if (measured[index].filter((round) => round.kept).length >= rounds) continue;
      const round = await measureRound(workload, pair, tried % 2 === 1, context);
      measured[index].push(round);
      const note = round.kept
        ? ''
        : ` (dropped: others used ${round.foreignCores.toFixed(2)} cores)`;
      progress(`${workload.name} ${pair.join(' / ')} round ${measured[index].length}${note}`);
    }
  }
  return pairs.map(([base, arm], index) => {
    const kept = measured[index].filter((round) => round.kept);
    const quiet = kept.length >= Math.min(rounds, 3);
    // On a machine that is never quiet, figures with a warning are better than none.
    const quietest = [...measured[index]].sort((a, b) => a.foreignCores - b.foreignCores);
    const used = quiet ? kept : quietest.slice(0, rounds);
    return { base, arm, quiet, rounds: measured[index], summary: summarise(used) };
  });
}

module.exports = { runWorkload };
