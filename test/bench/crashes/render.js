'use strict';

const { median, summarise } = require('../lib/statistics');
const { KINDS } = require('./kinds');
const { LOCALS } = require('./marks');
const { TOOLS, findTool } = require('./tools');

/** @typedef {import('../lib/types').Spread} Spread */

/**
 * The rounds of one tool against bare Node; each list has one entry a round.
 * @typedef {object} ToolResult
 * @property {string} tool
 * @property {string | null} problem why it was not measured
 * @property {boolean} quiet
 * @property {boolean[]} kept
 * @property {number[]} foreignCores
 * @property {number[]} bareExitMs
 * @property {Record<string, (number | null)[]>} figures
 * @property {string[]} differences of its ends from bare Node's
 */

/**
 * @typedef {object} CaseResult
 * @property {string} workload
 * @property {string} kind
 * @property {number} scripts
 * @property {string} heap
 * @property {string} nodeVersion
 * @property {string} date
 * @property {import('../lib/types').Machine} machine
 * @property {string | null} addon
 * @property {string | null} sentry
 * @property {string | null} problem why the case was not measured
 * @property {ToolResult[]} tools
 */

/** The first capture of a process, as the crash file tells it. */
const CAPTURE_LIMIT = { ms: 30, scripts: 400, tool: 'loopdet' };

const HEADINGS = [
  'crash',
  'tool',
  'throw to exit, ms',
  'over bare, ms (min to max)',
  'KB written',
  'ends as bare Node does',
  'message',
  'frames',
  'with locals',
  `locals found, of ${LOCALS}`,
  'frames with source',
  'profile samples',
  'request under way',
];
const CAPTURE_HEADINGS = [
  'crash',
  'tool',
  'capture, ms (min to max)',
  'writing, ms (min to max)',
  'limit',
];

/** @param {CaseResult} result */
function titleOf({ kind, scripts, heap }) {
  const { title } = KINDS.find(({ name }) => name === kind) ?? { title: kind };
  return `${title}, ${scripts} scripts${heap === 'small' ? '' : `, ${heap} heap`}`;
}

/** Rounds that count, as the driver chooses them. @param {ToolResult} row @param {number} round */
const isUsed = ({ quiet, kept }, round) => !quiet || kept[round];

/** @param {ToolResult} row @param {string} name @returns {number[]} of the rounds that count */
function valuesOf(row, name) {
  const values = row.figures[name] ?? [];
  return /** @type {number[]} */ (
    values.filter((value, round) => value !== null && isUsed(row, round))
  );
}

/** @param {number} value */
const signed = (value) => `${value < 0 ? '' : '+'}${value.toFixed(1)}`;

/** @param {Spread} spread @param {(value: number) => string} text */
const spreadText = ({ median: middle, min, max }, text) =>
  `${text(middle)} (${text(min)} to ${text(max)})`;

/** @param {number[]} values */
const spreadOf = (values) => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** @param {CaseResult} result @returns {string[][]} */
function rowsOf(result) {
  const crash = titleOf(result);
  const padded = (/** @type {string[]} */ cells) => HEADINGS.map((_, at) => cells[at] ?? '');
  if (result.problem) return [padded([crash, `not measured: ${result.problem}`])];
  const bare = result.tools.flatMap((row) =>
    row.bareExitMs.filter((_, round) => isUsed(row, round)),
  );
  const rows = [
    padded([crash, findTool('bare').title, bare.length ? median(bare).toFixed(1) : '']),
  ];
  for (const row of result.tools) rows.push(padded([crash, ...cellsOf(row)]));
  return rows;
}

/** @param {ToolResult} row @returns {string[]} */
function cellsOf(row) {
  const { title } = findTool(row.tool);
  if (row.problem) return [title, `not measured: ${row.problem}`];
  const rounds = row.bareExitMs
    .map((bare, round) => ({ bare, arm: row.figures.exitMs[round], round }))
    .filter(({ round }) => isUsed(row, round))
    .map(({ bare, arm }) => /** @type {any} */ ({ base: { exitMs: bare }, arm: { exitMs: arm } }));
  const { exitMs } = summarise(rounds);
  const middle = (/** @type {string} */ name) => {
    const values = valuesOf(row, name);
    return values.length === 0 ? null : median(values);
  };
  const whole = (/** @type {string} */ name) => middle(name)?.toFixed(0) ?? '';
  const whether = (/** @type {string} */ name) => {
    const value = middle(name);
    if (value === null) return '';
    return value > 0.5 ? 'yes' : 'no';
  };
  return [
    `${title}${row.quiet ? '' : ' [disturbed]'}`,
    exitMs.arm.median.toFixed(1),
    spreadText(exitMs.difference, signed),
    ((middle('bytes') ?? 0) / 1000).toFixed(1),
    row.differences.length === 0 ? 'yes' : row.differences.join('; '),
    whether('message'),
    whole('frames'),
    whole('framesWithLocals'),
    whole('locals'),
    whole('framesWithSource'),
    whole('samples'),
    whether('request'),
  ];
}

/** What the crash files say of themselves. @param {CaseResult} result @returns {string[][]} */
function captureRowsOf(result) {
  return result.tools
    .filter((row) => valuesOf(row, 'captureMs').length > 0)
    .map((row) => {
      const capture = spreadOf(valuesOf(row, 'captureMs'));
      const plain = (/** @type {number} */ value) => value.toFixed(1);
      const isLimited =
        result.kind === 'timer' &&
        result.heap === 'small' &&
        result.scripts === CAPTURE_LIMIT.scripts &&
        row.tool === CAPTURE_LIMIT.tool;
      const held = capture.median <= CAPTURE_LIMIT.ms ? 'held' : 'NOT HELD';
      return [
        titleOf(result),
        findTool(row.tool).title,
        spreadText(capture, plain),
        spreadText(spreadOf(valuesOf(row, 'writeMs')), plain),
        isLimited ? `<= ${CAPTURE_LIMIT.ms}: ${held}${row.quiet ? '' : ' (disturbed)'}` : '',
      ];
    });
}

/** @param {string[]} cells */
const markdownRow = (cells) => `| ${cells.join(' | ')} |`;

/** @param {string[]} headings @param {string[][]} rows */
const markdownTable = (headings, rows) =>
  [headings, headings.map(() => '---'), ...rows].map(markdownRow);

/** @param {string[]} headings @param {string[][]} rows for a terminal */
function textTable(headings, rows) {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (/** @type {string[]} */ row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** @param {CaseResult} result */
function renderText(result) {
  const shown = (/** @type {string[]} */ row) => row.slice(1);
  const capture = captureRowsOf(result).map(shown);
  return [
    `\n${titleOf(result)}\n`,
    textTable(shown(HEADINGS), rowsOf(result).map(shown)),
    ...(capture.length > 0 ? [textTable(shown(CAPTURE_HEADINGS), capture)] : []),
  ].join('');
}

const METHOD = `# Crashes: from the throw to the end of the process

Written by \`node test/bench/crashes.js --report\`; do not edit. Raw figures of all rounds: \`crashes.json\`.

- Each crash is one small program (\`crashes/programs\`): it loads scripts of the size of library modules, waits a second so
  that every tool has started (what fails as it is loaded cannot wait), prints the monotonic time and crashes on the next
  line. The parent notes when the process has ended. Of the heap limit the time is from the first allocation.
- The function that crashes has five variables (a string, a number, an object with an object in it, an array, a Map). Their
  values differ from run to run and stand in no source. A variable counts as found if its values, all of them, stand in what
  the tool wrote: the inner object's field, all elements, keys and values.
- In a round bare Node and the tool take turns (every second round the tool begins); "over bare" is the difference inside a
  round, as the median (minimum to maximum) of the rounds. A round in which other processes used more than 0.1 cores is
  dropped and repeated as in \`run.js\`; a row of which too few were left says [disturbed].
- KB written: all that stands in the program's working directory when it has ended, the CPU profile and a black box (4 MB,
  mapped) included. A black box is then made a crash file by \`loopdet recover\`, which is what is looked at.
- "Ends as bare Node does": exit code, signal, and what is printed on stderr apart from the tool's own lines, native frames and
  V8's lines of collections. Differences are named.
- A tool that does not do what it claims in the simplest crash is not measured, and the reason stands in its place.
  @sentry/node is set up as its documentation says, but for a transport that appends to a file; it has an inspector port
  opened and locals read by a worker, and its own handler exits when what was captured has been handed to the transport.
  The postmortem technique is our own small program of it (\`crashes/preload/postmortem.js\`), not the package, which writes no
  file on these versions of Node.
- Capture and writing are what our crash file says of itself (\`overhead.captureMs\`, \`overhead.writeMs\`: up to the text, the
  flush to the disk comes after).
`;

/**
 * @param {CaseResult[]} results
 * @returns {string} the Markdown of CRASHES.md
 */
function renderReport(results) {
  const lines = [METHOD];
  const order = (/** @type {CaseResult} */ { kind, scripts, heap }) =>
    KINDS.findIndex(({ name }) => name === kind) * 1e6 + (heap === 'small' ? 0 : 1e5) + scripts;
  const versions = [...new Set(results.map(({ nodeVersion }) => nodeVersion))].sort();
  for (const version of versions) {
    const own = results.filter(({ nodeVersion }) => nodeVersion === version);
    own.sort((a, b) => order(a) - order(b));
    const [{ machine, addon, sentry, date }] = own;
    const counts = own.flatMap(({ tools }) =>
      tools
        .filter(({ problem }) => !problem)
        .map((row) => row.kept.filter((_, round) => isUsed(row, round)).length),
    );
    lines.push(
      `## Node ${version}`,
      '',
      ...markdownTable(HEADINGS, own.flatMap(rowsOf)),
      '',
      'The first capture of a process, as the crash file tells it:',
      '',
      ...markdownTable(CAPTURE_HEADINGS, own.flatMap(captureRowsOf)),
      '',
      `Rounds per row: ${Math.min(...counts)} or more; ${date.slice(0, 10)}, ` +
        `${machine.cpus} x ${machine.cpu}, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB, ` +
        `Linux ${machine.kernel}, addon ${addon ?? 'not built'}, @sentry/node ${sentry ?? 'missing'}.`,
      '',
    );
  }
  return lines.join('\n');
}

/** In the order of the table. @param {ToolResult[]} rows */
const inOrder = (rows) =>
  rows.sort(
    (a, b) =>
      TOOLS.findIndex(({ name }) => name === a.tool) -
      TOOLS.findIndex(({ name }) => name === b.tool),
  );

module.exports = { inOrder, renderReport, renderText };
