/** The readable form of a file: a banner, then its sections. */

const format = require('./format');
const { summarise } = require('./cpu-profile');
const { renderRunReport } = require('./run-report');
const { CRASH_SECTIONS, STALL_SECTIONS } = require('./sections');
const { failed, isInApp } = require('../../replay/crash-file');
const { render: renderBeside } = require('./sections/beside');
const { topFunctions } = require('./sections/profile');
const { printable, width } = require('./text');

/** @typedef {import('./paper').Paper} Paper */
/** @typedef {import('../../replay/crash-file').LoadedFile} LoadedFile */

/** @type {Record<string, string>} */
const KINDS = {
  uncaughtException: 'UNCAUGHT EXCEPTION',
  unhandledRejection: 'UNHANDLED REJECTION',
  outOfMemory: 'OUT OF MEMORY',
  signal: 'ENDED BY A SIGNAL',
  killed: 'KILLED',
  exit: 'EXIT',
  manual: 'REPORT',
};

/**
 * @param {LoadedFile} file
 * @param {Paper} paper
 * @param {{ all: boolean }} options
 * @returns {string}
 */
function renderFile(file, paper, options) {
  if (file.type === 'report') return renderRunReport(file.document, paper);
  const lines =
    file.type === 'profile'
      ? profileLines(file, paper, options)
      : reportLines(file, paper, options);
  return `${lines.join('\n')}\n`;
}

/**
 * @param {LoadedFile} file
 * @param {Paper} paper
 * @param {{ all: boolean }} options
 */
function reportLines(file, paper, options) {
  const { document, type } = file;
  const isStall = type === 'stall';
  const known = Object.hasOwn(KINDS, document.kind) ? KINDS[document.kind] : document.kind;
  const title = isStall ? 'STALL' : known + (document.handled ? ' (HANDLED)' : '');
  const when = failed(document.header) ? '' : format.time(document.header.dumpEventTime);
  const lines = [banner(title, when, paper), ''];
  for (const section of isStall ? STALL_SECTIONS : CRASH_SECTIONS) {
    const result = renderSection(section, file, paper, options);
    if (!result || result.lines.length === 0) continue;
    if (section.title) lines.push(paper.heading(section.title, result.aside));
    lines.push(...result.lines, '');
  }
  lines.pop();
  return lines;
}

/**
 * One section that cannot be shown must not hide the others.
 * @param {import('./sections').Section} section
 * @param {LoadedFile} file
 * @param {Paper} paper
 * @param {{ all: boolean }} options
 */
function renderSection(section, file, paper, options) {
  try {
    return section.render(file, paper, options);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    return { lines: [`  this part cannot be shown: ${printable(message)}`] };
  }
}

/**
 * @param {string} title
 * @param {string} aside
 * @param {Paper} paper
 */
function banner(title, aside, paper) {
  const { style } = paper;
  const text = ` ${printable(title.slice(0, 40))} `;
  const note = printable(aside.slice(0, 40));
  const gap = ' '.repeat(Math.max(2, paper.columns - width(text) - width(note)));
  return style.red(style.bold(style.inverse(text))) + style.dim(gap + note);
}

/**
 * @param {LoadedFile} file
 * @param {Paper} paper
 * @param {{ all: boolean }} options
 */
function profileLines(file, paper, options) {
  const summary = summarise(file.document);
  const { style } = paper;
  const busy = (100 * summary.busyMs) / (summary.durationMs || 1);
  const facts = [
    format.duration(summary.durationMs),
    format.counted(summary.samples, 'sample'),
    `${format.percent(Math.min(100, busy))} busy`,
  ].join(` ${paper.glyph.dot} `);
  const lines = [banner('CPU PROFILE', facts, paper), ''];
  lines.push(paper.heading('Self time', 'per cent of busy time'));
  lines.push(...topFunctions(summary.functions, paper, options.all));
  if (summary.functions.length === 0) lines.push(style.dim('  no function was sampled'));
  const inclusive = [...summary.functions]
    .filter((entry) => isInApp(entry.url))
    .sort((a, b) => b.totalMs - a.totalMs)
    .map((entry) => ({
      ...entry,
      selfMs: entry.totalMs,
      percent: (100 * entry.totalMs) / summary.busyMs,
    }));
  if (inclusive.length > 1) {
    lines.push('', paper.heading('Total time', 'with everything that was called'));
    lines.push(...topFunctions(inclusive, paper, options.all));
  }
  for (const note of file.notes) lines.push('', `  - ${printable(note)}`);
  const beside = renderBeside(file, paper, options);
  if (beside) lines.push('', paper.heading('Files beside it'), ...beside.lines);
  return lines;
}

module.exports = { KINDS, renderFile };
