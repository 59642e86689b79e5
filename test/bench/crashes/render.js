'use strict';

const { KINDS } = require('./kinds');
const { LOCALS } = require('./marks');
const { TOOLS, findTool } = require('./tools');

/** @typedef {import('../lib/types').Spread} Spread */

/** @typedef {import('../lib/types').ArmResult} ArmResult */

/**
 * @typedef {object} CaseOwn
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
 * @property {Record<string, string[]>} differences of each tool's ends from bare Node's
 */
/** @typedef {import('../lib/types').Measured & CaseOwn} CaseResult */

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

/** @param {number} value */
const signed = (value) => `${value < 0 ? '' : '+'}${value.toFixed(1)}`;

/** @param {Spread} spread @param {(value: number) => string} text */
const spreadText = ({ median: middle, min, max }, text) =>
  `${text(middle)} (${text(min)} to ${text(max)})`;

/** @param {CaseResult} result @returns {string[][]} */
function rowsOf(result) {
  const crash = titleOf(result);
  const padded = (/** @type {string[]} */ cells) => HEADINGS.map((_, at) => cells[at] ?? '');
  if (result.problem) return [padded([crash, `not measured: ${result.problem}`])];
  const bare = result.arms[0]?.summary.exitMs.base.median.toFixed(1) ?? '';
  const rows = TOOLS.slice(1).flatMap(({ name, title }) => {
    const own = result.arms.find(({ arm }) => arm === name);
    if (own) return [cellsOf(own, result.differences[name])];
    return name in result.missing ? [[title, `not measured: ${result.missing[name]}`]] : [];
  });
  return [[findTool('bare').title, bare], ...rows].map((cells) => padded([crash, ...cells]));
}

/** @param {ArmResult} row @param {string[]} differences @returns {string[]} */
function cellsOf({ arm, quiet, summary }, differences) {
  const middle = (/** @type {string} */ name) => summary[name]?.arm.median ?? null;
  const whole = (/** @type {string} */ name) => middle(name)?.toFixed(0) ?? '';
  const whether = (/** @type {string} */ name) => {
    const value = middle(name);
    if (value === null) return '';
    return value > 0.5 ? 'yes' : 'no';
  };
  return [
    `${findTool(arm).title}${quiet ? '' : ' [disturbed]'}`,
    summary.exitMs.arm.median.toFixed(1),
    spreadText(summary.exitMs.difference, signed),
    ((middle('bytes') ?? 0) / 1000).toFixed(1),
    differences.length === 0 ? 'yes' : differences.join('; '),
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
  return result.arms
    .filter(({ summary }) => 'captureMs' in summary)
    .map(({ arm, quiet, summary }) => {
      const capture = summary.captureMs.arm;
      const plain = (/** @type {number} */ value) => value.toFixed(1);
      const isLimited =
        result.kind === 'timer' &&
        result.heap === 'small' &&
        result.scripts === CAPTURE_LIMIT.scripts &&
        arm === CAPTURE_LIMIT.tool;
      const held = capture.median <= CAPTURE_LIMIT.ms ? 'held' : 'NOT HELD';
      return [
        titleOf(result),
        findTool(arm).title,
        spreadText(capture, plain),
        spreadText(summary.writeMs.arm, plain),
        isLimited ? `<= ${CAPTURE_LIMIT.ms}: ${held}${quiet ? '' : ' (disturbed)'}` : '',
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

Written by \`node test/bench/crashes.js --report\`; do not edit. Raw figures of all turns: \`crashes.json\`.

- Each crash is one small program (\`crashes/programs\`): it loads scripts of the size of library modules, waits a second so
  that every tool has started (what fails as it is loaded cannot wait), prints the monotonic time and crashes on the next
  line. The parent notes when the process has ended. Of the heap limit the time is from the first allocation.
- The function that crashes has five variables (a string, a number, an object with an object in it, an array, a Map). Their
  values differ from run to run and stand in no source. A variable counts as found if its values, all of them, stand in what
  the tool wrote: the inner object's field, all elements, keys and values.
- In a turn each tool and bare Node crash once, one after the other, every second turn backwards; "over bare" is the
  difference inside a turn. A round's figure is the median of its turns; the table has the median (minimum to maximum) of the
  rounds. A turn in which other processes used more than 0.1 cores is dropped and repeated as in \`run.js\`; if too few of a
  round were left, the row says [disturbed].
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
    const counts = own.filter(({ problem }) => !problem).map(({ rounds }) => rounds);
    const turns = counts.flat().flatMap((round) => round.turns);
    lines.push(
      `## Node ${version}`,
      '',
      ...markdownTable(HEADINGS, own.flatMap(rowsOf)),
      '',
      'The first capture of a process, as the crash file tells it:',
      '',
      ...markdownTable(CAPTURE_HEADINGS, own.flatMap(captureRowsOf)),
      '',
      `Rounds of each crash: ${Math.min(...counts.map(({ length }) => length))} or more; ` +
        `of ${turns.length} turns ${turns.filter(({ kept }) => !kept).length} were dropped; ${date.slice(0, 10)}, ` +
        `${machine.cpus} x ${machine.cpu}, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB, ` +
        `Linux ${machine.kernel}, addon ${addon ?? 'not built'}, @sentry/node ${sentry ?? 'missing'}.`,
      '',
    );
  }
  return lines.join('\n');
}

module.exports = { renderReport, renderText };
