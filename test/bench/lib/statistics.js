'use strict';

/** @typedef {import('./types').Spread} Spread */
/** @typedef {import('./types').Figures} Figures */
/** @typedef {import('./types').Round} Round */
/** @typedef {import('./types').Turn} Turn */
/** @typedef {import('./types').FigureSummary} FigureSummary */

/**
 * @param {number[]} values at least one
 * @returns {number}
 */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @param {number[]} values at least one
 * @returns {Spread}
 */
function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * What an arm's slice is compared with: the mean of the slices of bare Node nearest before and after it.
 * @param {Turn} turn
 * @param {string} bare
 * @param {string} arm
 * @returns {{base: Figures, arm: Figures} | null} null when it has no slice of this arm
 */
function pairOf(turn, bare, arm) {
  const at = turn.slices.findIndex((slice) => slice.arm === arm);
  if (at < 0) return null;
  const isBare = (/** @type {Turn['slices'][number]} */ slice) => slice.arm === bare;
  const before = turn.slices.slice(0, at).findLast(isBare);
  const after = turn.slices.slice(at).find(isBare);
  const around = [before, after].flatMap((slice) => (slice ? [slice.figures] : []));
  /** @type {Figures} */
  const base = {};
  for (const name of Object.keys(around[0] ?? {})) {
    base[name] = around.reduce((sum, figures) => sum + figures[name], 0) / around.length;
  }
  return { base, arm: turn.slices[at].figures };
}

/**
 * Compares inside each turn first, and takes the median of a round's turns and then of the rounds: what changes
 * on the machine meanwhile falls out.
 * @param {Round[]} rounds with the turns to be used
 * @param {string} bare
 * @param {string} arm
 * @returns {Record<string, FigureSummary>}
 */
function summarise(rounds, bare, arm) {
  const pairs = rounds.map(({ turns }) => turns.flatMap((turn) => pairOf(turn, bare, arm) ?? []));
  const names = new Set(pairs.flat().flatMap((pair) => Object.keys(pair.arm)));
  /** @type {Record<string, FigureSummary>} */
  const summary = {};
  for (const name of names) {
    /** @param {(pair: {base: Figures, arm: Figures}) => number} value @param {boolean} both arms have it */
    const over = (value, both) => {
      const medians = pairs.flatMap((round) => {
        const able = round.filter((pair) => name in pair.arm && (!both || name in pair.base));
        return able.length ? [median(able.map(value))] : [];
      });
      return medians.length ? spread(medians) : null;
    };
    const own = /** @type {Spread} */ (over((pair) => pair.arm[name], false));
    const base = over((pair) => pair.base[name], true);
    const positive = pairs.flat().every((pair) => pair.base[name] > 0);
    summary[name] = {
      // A figure that only this arm has (the monitor thread, a crash file) is shown as a bare value.
      base: base ?? { median: 0, min: 0, max: 0 },
      arm: own,
      ratio: base && positive ? over((pair) => pair.arm[name] / pair.base[name], true) : null,
      difference: over((pair) => pair.arm[name] - pair.base[name], true) ?? own,
    };
  }
  return summary;
}

module.exports = { median, spread, summarise };
