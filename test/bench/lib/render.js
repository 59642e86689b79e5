'use strict';

const { findArm } = require('./arms');

/** @typedef {import('./types').Limit} Limit */
/** @typedef {import('./types').PairResult} PairResult */
/** @typedef {import('./types').Workload} Workload */
/** @typedef {import('./types').WorkloadResult} WorkloadResult */

const HEADINGS = [
  'compared',
  'figure',
  'base',
  'with',
  'ratio (min to max)',
  'difference',
  'limit',
];

/**
 * One row per pair and figure.
 * @param {Workload} workload
 * @param {PairResult[]} pairs
 * @returns {string[][]}
 */
function rowsOf(workload, pairs) {
  return pairs.flatMap((pair) =>
    Object.entries(workload.figures)
      .filter(([name]) => name in pair.summary)
      .map(([name, figure]) => {
        const { base, arm, ratio, difference } = pair.summary[name];
        const plain = (/** @type {number} */ value) => value.toFixed(figure.digits);
        const lone = figure.compare === 'value';
        return [
          titleOf(pair),
          `${figure.title}, ${figure.unit}`,
          lone ? '' : plain(base.median),
          plain(arm.median),
          ratio && !lone
            ? `${ratio.median.toFixed(3)} (${ratio.min.toFixed(3)} to ${ratio.max.toFixed(3)})`
            : '',
          lone
            ? ''
            : `${signed(difference.median, figure.digits)} ` +
              `(${signed(difference.min, figure.digits)} to ${signed(difference.max, figure.digits)})`,
          verdict(workload, pair, name),
        ];
      }),
  );
}

/** @param {PairResult} pair */
function titleOf(pair) {
  const base = pair.base === 'bare' ? '' : ` against ${findArm(pair.base).title}`;
  return `${findArm(pair.arm).title}${base}${pair.quiet ? '' : ' [disturbed]'}`;
}

/**
 * @param {number} value
 * @param {number} digits
 */
function signed(value, digits) {
  const text = value.toFixed(digits);
  return value >= 0 ? `+${text.replace('-', '')}` : text;
}

/**
 * @param {Workload} workload
 * @param {PairResult} pair
 * @param {string} name of a figure
 */
function verdict(workload, pair, name) {
  const limit = workload.limits.find(
    (row) => row.figure === name && row.base === pair.base && row.arm === pair.arm,
  );
  if (!limit) return '';
  const { digits } = workload.figures[name];
  const { ratio, difference, arm } = pair.summary[name];
  const [text, held] = compare(
    limit,
    ratio?.median ?? 1,
    difference.median,
    limit.everyRound ? arm.max : arm.median,
    digits,
  );
  return `${text}: ${held ? 'held' : 'NOT HELD'}${pair.quiet ? '' : ' (disturbed)'}`;
}

/**
 * @param {Limit} limit
 * @param {number} ratio
 * @param {number} difference
 * @param {number} value
 * @param {number} digits
 * @returns {[string, boolean]}
 */
function compare(limit, ratio, difference, value, digits) {
  if (limit.ratioAtLeast !== undefined) {
    return [`ratio >= ${limit.ratioAtLeast}`, ratio >= limit.ratioAtLeast];
  }
  if (limit.differenceAtMost !== undefined) {
    const text = `<= ${signed(limit.differenceAtMost, digits)}`;
    return [text, difference <= limit.differenceAtMost];
  }
  if (limit.valueAtLeast !== undefined) {
    return [`>= ${limit.valueAtLeast}`, value >= limit.valueAtLeast];
  }
  const most = limit.valueAtMost ?? Number.POSITIVE_INFINITY;
  return [`<= ${most}`, value <= most];
}

/**
 * @param {Workload} workload
 * @param {PairResult[]} pairs
 * @returns {string} a table for a terminal
 */
function renderText(workload, pairs) {
  const rows = [HEADINGS, ...rowsOf(workload, pairs)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  return `\n${workload.title}\n${lines.join('\n')}\n`;
}

/** @param {string[]} cells */
const markdownRow = (cells) => `| ${cells.join(' | ')} |`;

/**
 * @param {WorkloadResult[]} results
 * @param {Workload[]} workloads
 * @returns {string} the Markdown of RESULTS.md
 */
function renderReport(results, workloads) {
  const lines = [
    '# Benchmark results',
    '',
    'Written by `node test/bench/run.js --report`; do not edit. What is measured and how is in',
    '[README.md](README.md). Base and other arm were measured in turns A B A B in the same run; ratios and',
    'differences are taken inside each round and given as the median (minimum to maximum) of the rounds.',
    '"bare again" compares bare Node with itself: the noise that every other row has too.',
  ];
  const versions = [...new Set(results.map((result) => result.nodeVersion))].sort();
  for (const version of versions) {
    lines.push('', `## Node ${version}`);
    for (const workload of workloads) {
      const result = results.find(
        (one) => one.workload === workload.name && one.nodeVersion === version,
      );
      if (result) lines.push(...reportSection(workload, result));
    }
  }
  return `${lines.join('\n')}\n`;
}

/**
 * @param {Workload} workload
 * @param {WorkloadResult} result
 * @returns {string[]}
 */
function reportSection(workload, result) {
  const { machine } = result;
  const rounds = result.pairs.map((pair) => pair.rounds.filter((round) => round.kept).length);
  const dropped = result.pairs.flatMap((pair) => pair.rounds).filter((round) => !round.kept).length;
  return [
    '',
    `### ${workload.title}`,
    '',
    ...(workload.notes ?? []).flatMap((note) => [note, '']),
    markdownRow(HEADINGS),
    markdownRow(HEADINGS.map(() => '---')),
    ...rowsOf(workload, result.pairs).map(markdownRow),
    '',
    `Rounds kept per pair: ${Math.min(...rounds)}, turns in a round: ${workload.slices}, ` +
      `rounds dropped in all: ${dropped}; ` +
      `${result.date.slice(0, 10)}, ${machine.cpus} x ${machine.cpu}, ` +
      `${Math.round(machine.memoryBytes / 2 ** 30)} GiB, Linux ${machine.kernel}, ` +
      `${machine.pinned ? 'pinned' : 'not pinned'}, addon ${result.addon ?? 'not built'}` +
      `${result.detective ? `, node-loop-detective ${result.detective}` : ''}.`,
  ];
}

module.exports = { renderReport, renderText };
