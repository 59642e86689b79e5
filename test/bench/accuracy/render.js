'use strict';

const { EARLY_FROM_MS, judge, rightCauses, summarise } = require('./judge');
const { KINDS } = require('./kinds');
const { TOOLS } = require('./tools');

/** @typedef {import('./types').Run} Run */
/** @typedef {import('./types').Tool} Tool */
/** @typedef {import('./types').Judged} Judged */

const OWN = 'loopdet';
const MOST_SHOWN = 40;
const DURATION_ERROR_MS = 2;
const CAUSES_RIGHT = 0.95;

const TOOL_HEADINGS = [
  'tool',
  'threshold',
  'blocks above it',
  'found',
  'missed',
  'false',
  'excused',
  'error of the duration, ms: median / 95 % / most',
  'cause right',
  'names the function',
  `record while it lasts (blocks over ${EARLY_FROM_MS} ms)`,
];
const KIND_HEADINGS = [
  'block',
  'above the threshold',
  'found',
  'error, ms: median / most',
  'causes told',
  'cause right',
  'names the function',
  'record while it lasts',
];

const plain = (/** @type {number | null} */ value) => (value === null ? '' : value.toFixed(1));
const of = (/** @type {number} */ part, /** @type {number} */ whole) =>
  whole === 0 ? '' : `${part} of ${whole}`;

/**
 * @param {Tool} tool
 * @param {Judged} judged
 * @returns {string[]}
 */
function toolRow(tool, judged) {
  const sum = summarise(judged.rows);
  const { median, p95, max } = sum.errors;
  const names = tool.names === 'starter' ? ' (who began it)' : '';
  return [
    tool.title,
    `${tool.thresholdMs} ms`,
    `${sum.due}`,
    `${sum.found}`,
    `${sum.due - sum.found}`,
    `${judged.falseReports.length}`,
    `${judged.excused.length}`,
    tool.tellsDuration ? `${plain(median)} / ${plain(p95)} / ${plain(max)}` : 'not told',
    tool.tellsCause ? of(sum.causesRight, sum.causes) : 'not told',
    tool.names ? `${of(sum.named, sum.nameable)}${names}` : 'no stack',
    tool.tellsEarly
      ? `${of(sum.early, sum.long)}, ${plain(sum.earlyMedian)} ms after its begin`
      : 'no',
  ];
}

/**
 * @param {Tool} tool
 * @param {Judged} judged
 * @returns {string[][]}
 */
function kindRows(tool, judged) {
  return KINDS.flatMap((kind) => {
    const rows = judged.rows.filter((row) => row.kind.name === kind.name);
    if (rows.length === 0) return [];
    const sum = summarise(rows);
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const { report } of rows) {
      if (report?.cause) counts.set(report.cause, (counts.get(report.cause) ?? 0) + 1);
    }
    const told = [...counts].sort((a, b) => b[1] - a[1]);
    return [
      [
        `${kind.title}${kind.apart ? ' (apart)' : ''}`,
        kind.optional ? 'none need be' : `${sum.due}`,
        kind.optional
          ? of(rows.filter(({ report }) => report).length, rows.length)
          : `${sum.found}`,
        tool.tellsDuration ? `${plain(sum.errors.median)} / ${plain(sum.errors.max)}` : '',
        told.map(([cause, count]) => `${cause} ${count}`).join(', '),
        of(sum.causesRight, sum.causes),
        of(sum.named, sum.nameable),
        of(sum.early, sum.long),
      ],
    ];
  });
}

/**
 * What was wrong, one line each.
 * @param {Tool} tool
 * @param {Judged} judged
 * @returns {string[]}
 */
function faults(tool, judged) {
  const lines = [];
  for (const row of judged.rows) {
    const { block, report, length } = row;
    const what = `${block.kind}, ${length.toFixed(1)} ms (at ${block.began.toFixed(0)})`;
    if (row.due && !report) lines.push(`missed: ${what}`);
    if (
      row.due &&
      !row.kind.apart &&
      (row.errorOfTool ?? 0) > DURATION_ERROR_MS &&
      tool.tellsCause
    ) {
      lines.push(
        `duration: ${what} reported as ${report?.ms?.toFixed(1)} ms, ` +
          `waited for a CPU around it ${block.aroundMs.toFixed(1)} ms`,
      );
    }
    if (row.causeRight === false) {
      const { waitMs, gcMs, stoppedMs, throttledMs } = block;
      const shares = Object.entries({ waitMs, gcMs, stoppedMs, throttledMs })
        .filter(([, ms]) => ms >= 1)
        .map(([name, ms]) => `${name} ${ms.toFixed(0)}`);
      lines.push(
        `cause: ${what} told as ${report?.cause}, right is ${rightCauses(block).join(' or ')}` +
          `${shares.length > 0 ? ` (${shares.join(', ')})` : ''}`,
      );
    }
    if (row.due && row.named === false && tool.tellsCause) lines.push(`not named: ${what}`);
  }
  for (const report of judged.falseReports) {
    const ms = report.ms === null ? '' : ` of ${report.ms.toFixed(1)} ms`;
    lines.push(
      `false: a report${ms}${report.cause ? ` (${report.cause})` : ''} at ${report.from.toFixed(0)}`,
    );
  }
  for (const { report, excuse } of judged.excused) {
    const ms = report.ms === null ? 'a report' : `a report of ${report.ms.toFixed(1)} ms`;
    lines.push(`excused: ${ms} at ${report.from.toFixed(0)}: ${excuse}`);
  }
  const more = lines.length - MOST_SHOWN;
  return more > 0 ? [...lines.slice(0, MOST_SHOWN), `and ${more} more`] : lines;
}

/**
 * What is promised of the addon.
 * @param {Judged} judged
 * @returns {string[]}
 */
function targets(judged) {
  const sum = summarise(judged.rows);
  const held = (/** @type {boolean} */ is) => (is ? 'held' : 'NOT HELD');
  const share = sum.causes === 0 ? 1 : sum.causesRight / sum.causes;
  return [
    `every block above the threshold is found: ${held(sum.found === sum.due)} (${of(sum.found, sum.due)})`,
    `no false report: ${held(judged.falseReports.length === 0)} (${judged.falseReports.length})`,
    `duration within ${DURATION_ERROR_MS} ms: ${held((sum.judgedErrors.max ?? 0) <= DURATION_ERROR_MS)} ` +
      `(most ${plain(sum.judgedErrors.max)} ms beyond what the thread waited for a CPU around the block)`,
    `cause right in ${CAUSES_RIGHT * 100} %: ${held(share >= CAUSES_RIGHT)} (${(share * 100).toFixed(1)} %)`,
  ];
}

/**
 * @param {string[][]} rows
 * @returns {string} a table for a terminal
 */
function textTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column])).join('  '),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** @param {string[][]} rows */
const markdownTable = ([headings, ...rows]) =>
  [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

/**
 * @param {Tool} tool
 * @param {string} version
 * @param {Run} run
 * @returns {string} for a terminal
 */
function renderTool(tool, version, run) {
  const judged = judge(tool, run);
  const figures = toolRow(tool, judged);
  const pairs = TOOL_HEADINGS.slice(1).map((heading, index) => [heading, figures[index + 1]]);
  return [
    `\n${tool.title}, Node ${version}\n`,
    textTable(pairs),
    '\n',
    textTable([KIND_HEADINGS, ...kindRows(tool, judged)]),
    '\n',
    ...[...(tool.name === OWN ? targets(judged) : []), ...faults(tool, judged)].map(
      (line) => `${line}\n`,
    ),
  ].join('');
}

/**
 * @param {any[]} results each with its run
 * @returns {string} the Markdown of ACCURACY.md
 */
function renderReport(results) {
  const lines = [...METHOD];
  const versions = [...new Set(results.map(({ nodeVersion }) => nodeVersion))].sort();
  for (const version of versions) {
    lines.push('', `## Node ${version}`, '');
    const ofVersion = TOOLS.flatMap((tool) => {
      const result = results.find(
        (one) => one.workload === tool.name && one.nodeVersion === version,
      );
      return result ? [{ tool, result, judged: judge(tool, result.run) }] : [];
    });
    lines.push(
      ...markdownTable([
        TOOL_HEADINGS,
        ...ofVersion.map(({ tool, judged }) => toolRow(tool, judged)),
      ]),
    );
    lines.push('');
    for (const { tool, result } of ofVersion) lines.push(`- ${describeRun(tool, result)}`);
    for (const { tool, judged } of ofVersion.filter((one) => one.tool.name === OWN)) {
      lines.push('', `### ${tool.title} by kind of block`, '');
      lines.push(...markdownTable([KIND_HEADINGS, ...kindRows(tool, judged)]), '');
      lines.push(...[...targets(judged), ...faults(tool, judged)].map((line) => `- ${line}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** @param {Tool} tool @param {any} result */
function describeRun(
  tool,
  { machine, seconds, seed, date, addon, leftOut, foreignCores, ...rest },
) {
  return (
    `${tool.title}${rest.package ? ` (${rest.package})` : ''}: ${tool.note ? `${tool.note} ` : ''}` +
    `${seconds} s, seed ${seed}, ${rest.run.blocks.length} blocks, ` +
    `others used ${foreignCores} cores, ${date.slice(0, 10)}, ${machine.cpus} x ${machine.cpu}, ` +
    `Linux ${machine.kernel}, ${machine.pinned ? 'pinned' : 'not pinned'}${addon ? `, addon ${addon}` : ''}.` +
    `${leftOut.length > 0 ? ` Left out: ${leftOut.join('; ')}.` : ''}`
  );
}

const METHOD = [
  '# How right the reports are',
  '',
  'Written by `node test/bench/accuracy.js --report`; do not edit. The raw data of every run are in `accuracy.json`.',
  '',
  'A program that answers some 50 requests a second blocks its loop from time to time, 25 to 2000 ms, in ways that',
  'differ (the table of kinds), in an order that its seed decides, with 150 to 250 ms between. It notes begin and end of',
  'each block itself. Each tool runs in a run of its own, with the same blocks. Program and tool have one CPU, load and',
  'watcher the other.',
  '',
  '- A report belongs to the block with which it has most time in common. A block that no report belongs to is _missed_',
  "  if it was longer than the tool's threshold. A report that touches no block is _false_.",
  '- Such a report is _excused_ if the machine made the loop late. Either the program itself saw its thread wait for a CPU',
  '  between the blocks (`/proc/self/schedstat`) for half of what is reported, or the watcher on the other CPU stood still',
  '  at that time, or a collection that V8 noted took half of it, or the tool itself says `starved`, `throttled` or',
  '  `stopped` and shows no function of a block.',
  '- Errors of durations are of blocks above the threshold. The turn that a report tells of is longer than its block by',
  '  what its thread waited for a CPU around it: the limit is judged beyond that, and not for blocks marked _apart_, whose',
  '  CPU is short before they begin and after they end as well.',
  '- A cause is right if it took two fifths of the block or more, or the largest part: the time waited for a CPU',
  "  (schedstat), in collections (PerformanceObserver), stopped (the watcher's clock), throttled (the group's cpu.stat); the",
  '  rest is what the function itself does.',
  "- SIGSTOP while the loop waits is nobody's lag: no report is right, and so is one that says `stopped`.",
  '- A record _while it lasts_ was read by the watcher before the block was over.',
  '- xprofiler is left out: it detects no blocked loop.',
];

module.exports = { renderReport, renderTool };
