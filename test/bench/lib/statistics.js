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
  return quantile(values, 0.5);
}

/**
 * @param {number[]} values at least one
 * @returns {Spread}
 */
function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * @param {number[]} values at least one
 * @param {number} part from 0 to 1
 * @returns {number} between the two nearest
 */
function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = part * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  return below + (at % 1) * (sorted[Math.ceil(at)] - below);
}

// A slice is disturbed more often than not on a machine that is shared, and a quarter of many are not.
const UNDISTURBED = { lowers: 0.75, raises: 0.25 };

/**
 * A figure of each process of an arm in a round: bare Node has two.
 * @param {Turn[]} turns
 * @param {string} arm
 * @param {string} name of the figure
 * @returns {number[][]}
 */
function valuesOf(turns, arm, name) {
  /** @type {number[][]} */
  const processes = [];
  for (const { slices } of turns) {
    const own = slices.filter((slice) => slice.arm === arm);
    for (const [at, { figures }] of own.entries()) {
      processes[at] ??= [];
      if (name in figures) processes[at].push(figures[name]);
    }
  }
  return processes.filter((values) => values.length > 0);
}

/**
 * What an arm is when nothing disturbs it: of each process the quartile, and the mean of these.
 * @param {Turn[]} turns
 * @param {string} arm
 * @param {string} name of the figure
 * @param {'lowers' | 'raises'} noise what disturbances do to it
 * @returns {number | null} null when it was not measured
 */
function undisturbed(turns, arm, name, noise) {
  const quartiles = valuesOf(turns, arm, name).map((values) =>
    quantile(values, UNDISTURBED[noise]),
  );
  return quartiles.length > 0 ? quartiles.reduce((sum, one) => sum + one) / quartiles.length : null;
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
 * An arm and bare Node in a round. `base` null: bare Node has no such figure (the monitor thread, a crash file).
 * @typedef {{base: number | null, arm: number, ratio: number | null, difference: number}} Compared
 */

/** @param {number} arm @returns {Compared} */
const alone = (arm) => ({ base: null, arm, ratio: null, difference: arm });

/**
 * By what both are when nothing disturbs them: for what noise can only make worse.
 * @param {Turn[]} turns
 * @param {string} bare
 * @param {string} arm
 * @param {string} name of the figure
 * @param {'lowers' | 'raises'} noise
 * @returns {Compared | null} null when it was not measured
 */
function compareUndisturbed(turns, bare, arm, name, noise) {
  const value = undisturbed(turns, arm, name, noise);
  const base = undisturbed(turns, bare, name, noise);
  if (value === null) return null;
  if (base === null) return alone(value);
  return { base, arm: value, ratio: base > 0 ? value / base : null, difference: value - base };
}

/**
 * Inside each turn first, and then the median of the turns: what changes on the machine meanwhile falls out.
 * @param {Turn[]} turns
 * @param {string} bare
 * @param {string} arm
 * @param {string} name of the figure
 * @returns {Compared | null} null when it was not measured
 */
function compareInTurns(turns, bare, arm, name) {
  const pairs = turns.flatMap((turn) => pairOf(turn, bare, arm) ?? []);
  const able = pairs.filter((pair) => name in pair.arm);
  if (able.length === 0) return null;
  const value = median(able.map((pair) => pair.arm[name]));
  const both = able.filter((pair) => name in pair.base);
  if (both.length === 0) return alone(value);
  const isPositive = both.every((pair) => pair.base[name] > 0);
  return {
    base: median(both.map((pair) => pair.base[name])),
    arm: value,
    ratio: isPositive ? median(both.map((pair) => pair.arm[name] / pair.base[name])) : null,
    difference: median(both.map((pair) => pair.arm[name] - pair.base[name])),
  };
}

/**
 * The median of the rounds and their extremes, of each figure.
 * @param {Round[]} rounds with the turns to be used
 * @param {string} bare
 * @param {string} arm
 * @param {Record<string, import('./types').Figure>} figures that the workload says something of
 * @returns {Record<string, FigureSummary>}
 */
function summarise(rounds, bare, arm, figures) {
  /** @type {Record<string, FigureSummary>} */
  const summary = {};
  const slices = rounds.flatMap(({ turns }) => turns.flatMap((turn) => turn.slices));
  const names = slices
    .filter((slice) => slice.arm === arm)
    .flatMap((one) => Object.keys(one.figures));
  for (const name of new Set(names)) {
    const noise = figures[name]?.noise;
    const compared = rounds.flatMap(({ turns }) => {
      const round = noise
        ? compareUndisturbed(turns, bare, arm, name, noise)
        : compareInTurns(turns, bare, arm, name);
      return round ?? [];
    });
    const over = (/** @type {'base' | 'arm' | 'ratio' | 'difference'} */ key) => {
      const values = compared.flatMap((round) => round[key] ?? []);
      return values.length > 0 ? spread(values) : null;
    };
    summary[name] = {
      // A figure that only this arm has is shown as a bare value.
      base: over('base') ?? { median: 0, min: 0, max: 0 },
      arm: /** @type {Spread} */ (over('arm')),
      ratio: compared.every(({ base, ratio }) => base === null || ratio !== null)
        ? over('ratio')
        : null,
      difference: /** @type {Spread} */ (over('difference')),
    };
  }
  return summary;
}

module.exports = { median, quantile, spread, summarise };
