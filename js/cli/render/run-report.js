/** The report of `loopdet run`: what was seen of a program while it ran. */

const { exitText } = require('../../run/program');
const format = require('./format');
const { table } = require('./paper');
const profileSection = require('./sections/profile');
const { printable } = require('./text');

/** @typedef {import('./paper').Paper} Paper */

const MOST = 10;
const MOST_CLASSES = 20;

/** @param {any} report */
function endLine({ end, pid, durationMs }) {
  const after = `after ${format.duration(durationMs)}`;
  if (end.goesOn)
    return `process ${pid} was watched for ${format.duration(durationMs)}, and goes on`;
  if (end.stopped) return `stopped ${after}, as was asked for`;
  const crash = end.crash ? `: ${printable(end.crash.kind)}, ${printable(end.crash.file)}` : '';
  // Of what is nobody's child the kind of its crash file is all there is.
  const isUnknown = end.code === null && end.signal === null;
  return `ended ${isUnknown ? '' : `with ${exitText(end)} `}${after}${crash}`;
}

/** @param {any} report @param {Paper} paper */
function lagLines({ lag }, paper) {
  const { style } = paper;
  const { histogram, byFunction, unfinished } = lag;
  const lines = [];
  if (histogram?.count) {
    const points = ['mean', 'p50', 'p90', 'p99', 'max'].map(
      (name) => `${style.dim(name)} ${format.duration(histogram[`${name}Ms`])}`,
    );
    lines.push(`  ${points.join('   ')}`);
  }
  if (unfinished) {
    lines.push(
      style.red(
        `  still blocked at the end, for ${format.duration(unfinished.sinceMs)} (${unfinished.cause})`,
      ),
    );
  }
  const rows = byFunction
    .slice(0, MOST)
    .map((/** @type {any} */ one) => [
      format.duration(one.totalMs),
      `${one.count}${paper.glyph.repeat}`,
      `max ${format.duration(one.maxMs)}`,
      one.causes.join(', '),
      format.functionName(one.functionName),
      format.location(one),
    ]);
  lines.push(
    ...table(
      paper,
      [
        { align: 'right', style: style.bold },
        { align: 'right' },
        {},
        { style: style.dim },
        { max: 28, style: style.bold },
        { last: true, isPath: true, style: style.cyan },
      ],
      rows,
    ),
  );
  return lines;
}

/** @param {any} report @param {Paper} paper */
function ioLines({ io, threadPool }, paper) {
  const { style } = paper;
  const rows = io.byTarget
    .slice(0, MOST)
    .map((/** @type {any} */ one) => [
      format.duration(one.totalMs),
      `${one.count}${paper.glyph.repeat}`,
      `max ${format.duration(one.maxMs)}`,
      one.errors > 0 ? format.counted(one.errors, 'error') : '',
      one.kind,
      one.target,
    ]);
  const columns = /** @type {import('./paper').Column[]} */ ([
    { align: 'right', style: style.bold },
    { align: 'right' },
    {},
    { style: style.red },
    {},
    { last: true, isPath: true },
  ]);
  const lines = rows.length > 0 ? table(paper, columns, rows) : [];
  if (threadPool.saturations > 0) {
    lines.push(
      `  ${style.yellow(paper.glyph.warn)} thread pool full ${format.counted(threadPool.saturations, 'time')}, ` +
        `for ${format.duration(threadPool.longestMs)} at most: UV_THREADPOOL_SIZE, or less at once`,
    );
  }
  return lines;
}

/** @param {any} report @param {Paper} paper */
function memoryLines({ memory, gc }, { style }) {
  const lines = [];
  if (memory) {
    const change = (/** @type {string} */ name, /** @type {number} */ most) =>
      `${format.bytes(memory.before[name])} ${style.dim('to')} ${format.bytes(memory.after[name])}, ${style.dim('max')} ${format.bytes(most)}`;
    lines.push(`  ${style.dim('resident'.padEnd(10))} ${change('rss', memory.maxRss)}`);
    lines.push(`  ${style.dim('heap'.padEnd(10))} ${change('heapUsed', memory.maxHeapUsed)}`);
  }
  if (gc?.count) {
    lines.push(
      `  ${style.dim('collected'.padEnd(10))} ${format.counted(gc.count, 'time')} in ${format.duration(gc.totalMs)}`,
    );
  }
  return lines;
}

/** @param {any} report @param {Paper} paper */
function heapLines({ heap }, paper) {
  if (!heap) return [];
  const { style } = paper;
  const numbers = /** @type {import('./paper').Column[]} */ ([
    { align: 'right', style: style.bold },
    { last: true },
  ]);
  const spaces = heap.spaces
    .filter((/** @type {any} */ { used }) => used > 0)
    .sort((/** @type {any} */ a, /** @type {any} */ b) => b.used - a.used)
    .map((/** @type {any} */ { name, used, size }) => [
      format.bytes(used),
      `${name} ${style.dim(`of ${format.bytes(size)}`)}`,
    ]);
  const lines = table(paper, numbers, spaces);
  if (heap.classes?.error) return [...lines, `  ${style.dim(printable(heap.classes.error))}`];
  const classes = (heap.classes ?? [])
    .slice(0, MOST_CLASSES)
    .map((/** @type {any} */ { name, count }) => [format.count(count), name]);
  return [...lines, '', ...table(paper, numbers, classes)];
}

/**
 * @param {any} report see schema/report.schema.json
 * @param {Paper} paper
 * @param {{heap?: boolean}} [wanted] what is on the heap
 * @returns {string}
 */
function renderRunReport(report, paper, { heap = false } = {}) {
  const lines = [paper.heading('loopdet', endLine(report))];
  const add = (/** @type {string} */ title, /** @type {string[]} */ body, aside = '') => {
    if (body.length > 0) lines.push('', paper.heading(title, aside), ...body);
  };
  const { lag, io, profile } = report;
  const turns = lag.histogram ? `${format.counted(lag.histogram.count, 'turn')}, ` : '';
  const over = lag.thresholdMs === null ? '' : ` over ${format.count(lag.thresholdMs)} ms`;
  add(
    'Event loop lag',
    lagLines(report, paper),
    `${turns}${format.counted(lag.count, 'lag')}${over}`,
  );
  if (profile && !profile.error) {
    const shown = profileSection.render(/** @type {any} */ ({ document: { profile } }), paper, {
      all: false,
    });
    if (shown) add('CPU', shown.lines, shown.aside);
  }
  add('Slow I/O', ioLines(report, paper), format.counted(io.count, 'operation'));
  add('Memory', memoryLines(report, paper));
  if (heap) add('Heap', heapLines(report, paper));
  if (!report.complete) {
    lines.push(
      '',
      paper.style.yellow('  It ended without a summary: this is what had been seen by then.'),
    );
  }
  return `${lines.join('\n')}\n`;
}

module.exports = { renderRunReport };
