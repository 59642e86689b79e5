'use strict';

const { ARMS, findArm } = require('./arms');

/** @typedef {import('./types').ArmResult} ArmResult */
/** @typedef {import('./types').Figure} Figure */
/** @typedef {import('./types').FigureSummary} FigureSummary */
/** @typedef {import('./types').Limit} Limit */
/** @typedef {import('./types').Measured} Measured */
/** @typedef {import('./types').Workload} Workload */
/** @typedef {import('./types').WorkloadResult} WorkloadResult */

const HEADINGS = [
  'with',
  'figure',
  'bare',
  'with it',
  'ratio (min to max)',
  'difference (min to max)',
  'rounds',
  'limit',
];

/**
 * One row per arm and figure.
 * @param {Workload} workload
 * @param {Measured} measured
 * @param {boolean} brief of peers only the first figure
 * @returns {string[][]}
 */
function rowsOf(workload, { arms }, brief) {
  return arms.flatMap((result) => {
    const figures = Object.entries(workload.figures).filter(([name]) => name in result.summary);
    const shown = brief && findArm(result.arm).kind === 'peer' ? figures.slice(0, 1) : figures;
    return shown.map(([name, figure]) => {
      const { base, arm, ratio, difference } = result.summary[name];
      const plain = (/** @type {number} */ value) => value.toFixed(figure.digits);
      const lone = figure.compare === 'value';
      return [
        `${findArm(result.arm).title}${result.quiet ? '' : ' [disturbed]'}`,
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
        String(result.rounds),
        verdict(workload, arms, result, name),
      ];
    });
  });
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
 * @param {ArmResult[]} arms all that were measured
 * @param {ArmResult} result
 * @param {string} name of a figure
 */
function verdict(workload, arms, result, name) {
  const limit = workload.limits.find((row) => row.figure === name && row.arm === result.arm);
  if (!limit) return '';
  const [text, held] = limit.explains
    ? explains(limit.explains, result, name, arms)
    : compare(limit, result.summary[name], workload.figures[name].digits);
  return `${text}: ${held ? 'held' : 'NOT HELD'}${result.quiet ? '' : ' (disturbed)'}`;
}

/**
 * @param {Limit} limit
 * @param {FigureSummary} summary
 * @param {number} digits
 * @returns {[string, boolean]}
 */
function compare(limit, { ratio, difference, arm }, digits) {
  const part = ratio?.median ?? Number.NaN; // without one, no limit of it is held
  const value = limit.everyRound ? arm.max : arm.median;
  if (limit.ratioAtLeast !== undefined) {
    return [`ratio >= ${limit.ratioAtLeast}`, part >= limit.ratioAtLeast];
  }
  if (limit.ratioAtMost !== undefined) {
    return [`ratio <= ${limit.ratioAtMost}`, part <= limit.ratioAtMost];
  }
  if (limit.differenceAtMost !== undefined) {
    const text = `<= ${signed(limit.differenceAtMost, digits)}`;
    return [text, difference.median <= limit.differenceAtMost];
  }
  if (limit.valueAtLeast !== undefined) {
    return [`>= ${limit.valueAtLeast}`, value >= limit.valueAtLeast];
  }
  const most = limit.valueAtMost ?? Number.POSITIVE_INFINITY;
  return [`<= ${most}`, value <= most];
}

/**
 * Whether what an arm counts of itself is what it was measured to cost, beside what it cannot count.
 * @param {NonNullable<Limit['explains']>} wanted
 * @param {ArmResult} result
 * @param {string} name of the figure that has its own account, in %
 * @param {ArmResult[]} arms all that were measured
 * @returns {[string, boolean]}
 */
function explains({ figure, within, beside }, { summary }, name, arms) {
  const costOf = (/** @type {ArmResult['summary']} */ one) =>
    100 * (1 - (one[figure].ratio?.median ?? Number.NaN));
  const measured = costOf(summary);
  const other = arms.find(({ arm }) => arm === beside);
  const uncounted = other ? costOf(other.summary) : 0;
  const isHeld = Math.abs(measured - uncounted - summary[name].arm.median) <= within;
  const rest = other ? `, ${uncounted.toFixed(1)} of it by ${beside}` : '';
  return [`${measured.toFixed(1)} measured${rest}, within ${within} points`, isHeld];
}

/** @param {Measured} measured @returns {string[]} */
const missingLines = ({ missing }) =>
  Object.entries(missing).map(([arm, reason]) => `${findArm(arm).title}: not measured, ${reason}`);

/**
 * @param {Workload} workload
 * @param {Measured} measured
 * @returns {string} a table for a terminal
 */
function renderText(workload, measured) {
  const rows = [HEADINGS, ...rowsOf(workload, measured, false)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  return `\n${[workload.title, ...lines, ...missingLines(measured)].join('\n')}\n`;
}

/** @param {string[]} cells */
const markdownRow = (cells) => `| ${cells.join(' | ')} |`;

/** @param {string[][]} rows the first has the headings */
const markdownTable = ([headings, ...rows]) =>
  [headings, headings.map(() => '---'), ...rows].map(markdownRow);

/**
 * @param {WorkloadResult[]} results
 * @param {Workload[]} workloads
 * @returns {string} the Markdown of RESULTS.md
 */
function renderReport(results, workloads) {
  const lines = [
    '# Benchmark results',
    '',
    'Written by `npm run bench -- --report`; do not edit. What is measured and how is in [README.md](README.md).',
    'Every way to start Node was measured in turns with bare Node in the same run. Of what a disturbance can only make worse',
    '(a speed, a wall time), the undisturbed quartiles of all slices of a round are compared; of the rest, the slices of each',
    'turn. Given is the median (minimum to maximum) of the rounds. "bare again" compares bare Node with itself: the noise that',
    'every other row has too. All raw figures are in `results.json`.',
  ];
  const versions = [...new Set(results.map((result) => result.nodeVersion))].sort();
  for (const version of versions) {
    const measured = workloads.flatMap((workload) => {
      const result = results.find(
        (one) => one.workload === workload.name && one.nodeVersion === version,
      );
      return result ? [{ workload, result }] : [];
    });
    lines.push(
      '',
      `## Node ${version}`,
      ...overview(measured, 'ratio', 'Ratio to bare Node'),
      ...overview(measured, 'difference', 'Difference from bare Node'),
      ...missingPeers(measured),
    );
    for (const { workload, result } of measured) lines.push(...reportSection(workload, result));
  }
  return `${lines.join('\n')}\n`;
}

/**
 * A table of all arms and of the first figure of each workload.
 * @param {{workload: Workload, result: WorkloadResult}[]} measured
 * @param {Figure['compare']} compared
 * @param {string} title
 * @returns {string[]}
 */
function overview(measured, compared, title) {
  const columns = measured.flatMap(({ workload, result }) => {
    const [[name, figure]] = Object.entries(workload.figures);
    return figure.compare === compared ? [{ workload, result, name, figure }] : [];
  });
  const rows = ARMS.flatMap((arm) => {
    const cells = columns.map(({ result, name, figure }) => {
      const summary = result.arms.find((one) => one.arm === arm.name)?.summary[name];
      if (!summary) return '';
      return compared === 'ratio'
        ? (summary.ratio?.median.toFixed(2) ?? '')
        : signed(summary.difference.median, figure.digits);
    });
    return cells.some((cell) => cell !== '') ? [[arm.title, ...cells]] : [];
  });
  if (rows.length === 0) return [];
  const headings = columns.map(({ workload, figure }) => `${workload.name}, ${figure.unit}`);
  return ['', `### ${title}`, '', ...markdownTable([['with', ...headings], ...rows])];
}

/**
 * @param {{result: WorkloadResult}[]} measured
 * @returns {string[]} one line for each reason, wherever it was
 */
function missingPeers(measured) {
  const reasons = new Set(measured.flatMap(({ result }) => missingLines(result)));
  return reasons.size > 0 ? ['', ...[...reasons].map((line) => `- ${line}`)] : [];
}

/**
 * @param {Workload} workload
 * @param {WorkloadResult} result
 * @returns {string[]}
 */
function reportSection(workload, result) {
  const { machine, rounds } = result;
  const dropped = rounds.flatMap(({ turns }) => turns).filter(({ kept }) => !kept).length;
  return [
    '',
    `### ${workload.title}`,
    '',
    ...(workload.notes ?? []).flatMap((note) => [note, '']),
    ...markdownTable([HEADINGS, ...rowsOf(workload, result, true)]),
    '',
    `${rounds.length} rounds of ${result.arms[0]?.turns ?? 0} turns, ${dropped} turns dropped; ` +
      `${result.date.slice(0, 10)}, ${machine.cpus} x ${machine.cpu}, ` +
      `${Math.round(machine.memoryBytes / 2 ** 30)} GiB, Linux ${machine.kernel}, ` +
      `${machine.pinned ? 'pinned' : 'not pinned'}, addon ${result.addon ?? 'not built'}.`,
  ];
}

module.exports = { renderReport, renderText, compare };
