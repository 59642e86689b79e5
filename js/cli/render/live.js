/** A live event as a line, for `loopdet run`. */

const format = require('./format');
const { culprit, operationText } = require('./stack');
const { printable } = require('./text');

/** @typedef {import('./paper').Paper} Paper */

const SHOWN_STALL_MS = 1000;

/** @param {any} event @param {Paper} paper " in name (place)" */
function where({ stack }, { style }) {
  const frame = Array.isArray(stack) ? culprit(stack) : null;
  if (!frame) return '';
  const name = printable(format.functionName(frame.functionName));
  return ` in ${style.bold(name)} ${style.cyan(printable(format.location(frame)))}`;
}

/** @param {any} event */
function inCall({ syscall, io }) {
  if (typeof syscall?.name === 'string') {
    const target = syscall.target ? ` on ${syscall.target}` : '';
    return printable(`, in system call ${syscall.name}${target}`);
  }
  const [operation] = Array.isArray(io) ? io : [];
  return operation
    ? printable(`, in ${operation.method ?? operation.kind} ${operation.target}`)
    : '';
}

/**
 * TABLE of the events that are shown: the word in front, and the rest.
 * @type {Record<string, (event: any, paper: Paper) => [label: string, text: string] | null>}
 */
const LINES = {
  lag: (event, paper) => [
    paper.style.yellow('lag'),
    `${format.duration(event.durationMs)} (${event.cause})${where(event, paper)}${inCall(event)}`,
  ],
  // What ends sooner is a lag in a moment.
  stall: (event, paper) =>
    event.sinceMs < SHOWN_STALL_MS
      ? null
      : [
          paper.style.red('stall'),
          `${format.duration(event.sinceMs)} so far (${event.cause})${where(event, paper)}${inCall(event)}`,
        ],
  'slow-io': (event, paper) => [
    paper.style.blue('slow'),
    `${printable(`${event.kind} ${operationText(event)}`)} ${format.duration(event.durationMs)}${event.error === undefined ? '' : paper.style.red(` ${printable(event.error)}`)}${where(event, paper)}`,
  ],
  gc: (event, paper) => [
    paper.style.magenta('gc'),
    `${format.duration(event.durationMs)} (${printable(event.kind)})`,
  ],
  crash: (event, paper) => [
    paper.style.red('crash'),
    `${printable(event.kind)}: ${printable(event.file)}`,
  ],
  memory: ({ rss, heapUsed, limit }, paper) => [
    paper.style.magenta('heap'),
    `${format.bytes(heapUsed)} of ${format.bytes(limit)}, resident ${format.bytes(rss)}`,
  ],
  heap: (event, paper) => [paper.style.green('snapshot'), printable(event.file)],
  warning: (event, paper) => [paper.style.yellow('warning'), printable(event.message)],
};

/**
 * @param {any} event
 * @param {Paper} paper
 * @param {number} [pid] of the program: events of others name theirs
 * @returns {string} '' for one that is not shown
 */
function renderLive(event, paper, pid) {
  const line = Object.hasOwn(LINES, event.event) ? LINES[event.event] : null;
  if (!line) return '';
  const shown = line(event, paper);
  if (!shown) return '';
  const [label, text] = shown;
  const time = paper.style.dim(format.timeOfDay(event.time));
  const thread = event.threadId ? `[worker ${event.threadId}] ` : '';
  const process = pid !== undefined && event.pid !== pid ? `[${event.pid}] ` : '';
  return `${time} ${label} ${paper.style.dim(process + thread)}${text}\n`;
}

module.exports = { renderLive };
