'use strict';

/** @typedef {import('./types').Spread} Spread */
/** @typedef {import('./types').Figures} Figures */
/** @typedef {import('./types').PairRound} PairRound */
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
 * The median of every figure over the slices of one round.
 * @param {Figures[]} slices
 * @returns {Figures}
 */
function medianFigures(slices) {
  /** @type {Figures} */
  const result = {};
  for (const name of new Set(slices.flatMap((slice) => Object.keys(slice)))) {
    result[name] = median(slices.filter((slice) => name in slice).map((slice) => slice[name]));
  }
  return result;
}

/**
 * Compares inside each round first and only then over the rounds: what changes on the machine from
 * one round to the next falls out.
 * @param {PairRound[]} rounds those to be used
 * @returns {Record<string, FigureSummary>}
 */
function summarise(rounds) {
  /** @type {Record<string, FigureSummary>} */
  const summary = {};
  const names = new Set(rounds.flatMap((round) => Object.keys(round.arm)));
  for (const name of names) {
    // A figure that only one arm has (the monitor thread, a crash file) is shown as a bare value.
    const own = rounds.filter((round) => name in round.arm);
    const both = own.filter((round) => name in round.base);
    const base = both.map((round) => round.base[name]);
    const arm = own.map((round) => round.arm[name]);
    const paired = both.map((round) => round.arm[name]);
    const zero = { median: 0, min: 0, max: 0 };
    summary[name] = {
      base: base.length ? spread(base) : zero,
      arm: spread(arm),
      ratio:
        base.length && base.every((value) => value > 0)
          ? spread(paired.map((value, index) => value / base[index]))
          : null,
      difference: base.length
        ? spread(paired.map((value, index) => value - base[index]))
        : spread(arm),
    };
  }
  return summary;
}

module.exports = { median, spread, medianFigures, summarise };
