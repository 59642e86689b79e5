const { failed } = require('../../../replay/crash-file');
const format = require('../format');
const { table } = require('../paper');
const { culprit, operationText } = require('../stack');

const MOST = 8;

/**
 * What was slow, and what was still under way.
 * @type {import('./index').Section['render']}
 */
function render({ document }, paper, { all }) {
  const { io } = document;
  // A stall file has only what was under way, and one of an older version not even that.
  if (!io || failed(io)) return null;
  const pool = io.threadPool;
  const lines = [
    ...operations('still under way', io.inFlight, paper, all),
    ...operations('slow', io.slow ?? [], paper, all),
  ];
  if (pool && (pool.queueDelayMs > 0 || pool.saturatedMs > 0)) {
    lines.push(
      `  ${paper.style.dim('thread pool')}  ${format.counted(pool.size, 'thread')}, ` +
        `queue delay ${format.duration(pool.queueDelayMs)}, full for ${format.duration(pool.saturatedMs)}`,
    );
  }
  return lines.length > 0 ? { lines } : null;
}

/**
 * @param {string} title
 * @param {any[]} list
 * @param {import('../paper').Paper} paper
 * @param {boolean} all
 */
function operations(title, list, paper, all) {
  if (list.length === 0) return [];
  const { style } = paper;
  const sorted = [...list].sort((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0));
  const limit = all ? sorted.length : MOST;
  const rows = sorted.slice(0, limit).map((operation) => {
    const caller = culprit(operation.stack);
    const result = [operation.status, operation.error].filter((item) => item != null).join(' ');
    return [
      format.duration(operation.durationMs),
      operation.kind,
      operationText(operation),
      result,
      caller ? `from ${format.functionName(caller.functionName)}` : '',
      caller ? format.location(caller) : '',
    ];
  });
  const wide = Math.floor(paper.columns / 3);
  return [
    style.dim(`  ${title} (${format.count(list.length)})`),
    ...table(
      paper,
      [
        { align: 'right', style: style.bold },
        {},
        { max: wide },
        { max: 20, style: style.red },
        { max: 22 },
        { last: true, isPath: true, style: style.cyan },
      ],
      rows,
    ),
    ...(sorted.length > limit ? [style.dim(`  … ${sorted.length - limit} more`)] : []),
  ];
}

module.exports = { title: 'Input and output', render };
