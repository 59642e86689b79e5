const { failed } = require('../../../replay/crash-file');
const format = require('../format');
const { table } = require('../paper');
const { culprit } = require('../stack');

const MOST_EVENTS = 8;

/**
 * How late the event loop was, and the turns that made it so.
 * @type {import('./index').Section['render']}
 */
function render({ document }, paper, { all }) {
  const { lag } = document;
  if (failed(lag)) return null;
  const { events } = lag;
  // A black box has the events only.
  const histogram = failed(lag.histogram) ? null : lag.histogram;
  if (!histogram?.count && events.length === 0) return null;
  const { style } = paper;
  const lines = histogram ? [summaryLine(histogram, style)] : [];
  const worst = [...events].sort((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0));
  const limit = all ? worst.length : MOST_EVENTS;
  lines.push(
    ...table(
      paper,
      [
        { style: style.dim },
        { align: 'right', style: style.bold },
        {},
        { max: 28, style: style.bold },
        { last: true, isPath: true, style: style.cyan },
      ],
      worst.slice(0, limit).map((event) => {
        const entry = culprit(event.stack);
        return [
          format.timeOfDay(event.time),
          format.duration(event.durationMs),
          event.cause ?? '',
          entry ? format.functionName(entry.functionName) : '',
          entry ? format.location(entry) : '',
        ];
      }),
    ),
  );
  if (worst.length > limit) lines.push(style.dim(`  … ${worst.length - limit} more`));
  const over = `${format.count(events.length)} over ${format.count(lag.thresholdMs)} ms`;
  const turns = histogram ? `${format.counted(histogram.count, 'turn')}, ` : '';
  return { aside: turns + over, lines };
}

/**
 * @param {any} histogram
 * @param {import('../paper').Styles} style
 */
function summaryLine(histogram, style) {
  const points = [
    ['mean', histogram.meanMs],
    ['p50', histogram.p50Ms],
    ['p90', histogram.p90Ms],
    ['p99', histogram.p99Ms],
    ['max', histogram.maxMs],
  ];
  const parts = points.map(([name, value]) => `${style.dim(name)} ${format.duration(value)}`);
  return `  ${parts.join('   ')}`;
}

module.exports = { title: 'Event loop lag', render };
