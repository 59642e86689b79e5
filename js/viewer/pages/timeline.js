/**
 * The last minute, or what there was of it, as a picture: one lane for each kind of thing, time from left to right, the end
 * at the right.
 */

const format = require('../../cli/render/format');
const { failed } = require('../../replay/crash-file');
const { html } = require('../html');

const MOST_MS = 60_000;
const LEAST_MS = 1000;
const WIDTH = 1000;
const LEFT = 90;
const LANE = 34;
const AXIS = 24;
const MOST = 400;

/**
 * What happened: from when to when, in milliseconds before the end.
 * @typedef {object} Span
 * @property {number} from
 * @property {number} to
 * @property {string} text
 */

/** @param {any} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/** The moment of the end, and how much before it is shown. @typedef {{end: number, windowMs: number}} Scale */

/** @param {Scale} scale @param {any} time ISO 8601 @param {any} durationMs @param {string} text @returns {Span[]} */
function span({ end, windowMs }, time, durationMs, text) {
  const began = Date.parse(time);
  if (!Number.isFinite(began)) return [];
  const from = end - began;
  const lasted = typeof durationMs === 'number' ? durationMs : 0;
  const to = Math.max(0, from - lasted);
  return from < 0 || to > windowMs ? [] : [{ from: Math.min(from, windowMs), to, text }];
}

/** @param {any} document @param {Scale} scale */
function lanesOf(document, scale) {
  const { lag, io, stall, blackbox } = document;
  const events = failed(blackbox) ? [] : list(blackbox?.events);
  const lags = failed(lag) ? [] : lag.events;
  const slow = failed(io) ? [] : io.slow;
  const open = failed(io) ? [] : io.inFlight;
  const gc = events.filter(({ event }) => event === 'gc');
  return [
    {
      name: 'lag',
      spans: lags.flatMap((/** @type {any} */ one) =>
        span(
          scale,
          one.time,
          one.durationMs,
          `${format.duration(one.durationMs)} ${one.cause ?? ''}`,
        ),
      ),
    },
    {
      name: 'stall',
      spans:
        !stall || failed(stall)
          ? []
          : [
              {
                from: Math.min(stall.sinceMs ?? 0, scale.windowMs),
                to: 0,
                text: stall.cause ?? '',
              },
            ],
    },
    {
      name: 'gc',
      spans: gc.flatMap((one) =>
        span(
          scale,
          one.time,
          one.durationMs,
          `${format.duration(one.durationMs)} ${one.kind ?? ''}`,
        ),
      ),
    },
    {
      name: 'slow I/O',
      spans: slow.flatMap((/** @type {any} */ one) =>
        span(
          scale,
          one.startTime,
          one.durationMs,
          `${one.kind} ${one.target ?? ''}, ${format.duration(one.durationMs)}`,
        ),
      ),
    },
    {
      name: 'in flight',
      spans: open.flatMap((/** @type {any} */ one) =>
        span(
          scale,
          one.startTime,
          Number.POSITIVE_INFINITY,
          `${one.kind} ${one.target ?? ''}, for ${format.duration(one.durationMs)}`,
        ),
      ),
    },
  ].filter(({ spans }) => spans.length > 0);
}

/** Memory, once a second where a black box tells. @param {any} document @param {Scale} scale */
function memoryOf(document, scale) {
  const events = failed(document.blackbox) ? [] : list(document.blackbox?.events);
  return events
    .filter(({ event, rss }) => event === 'memory' && Number.isFinite(rss))
    .flatMap((/** @type {any} */ one) =>
      span(scale, one.time, 0, '').map(({ from }) => ({ from, rss: one.rss })),
    );
}

/** @param {Scale} scale @param {number} before milliseconds before the end */
const x = ({ windowMs }, before) => LEFT + ((WIDTH - LEFT) * (windowMs - before)) / windowMs;

/** @param {Scale} scale @param {Span} one @param {number} y @param {string} name */
function bar(scale, { from, to, text }, y, name) {
  const left = x(scale, from);
  const width = Math.min(Math.max(2, x(scale, to) - left), WIDTH - left + 2);
  return html`<rect class="lane-${name.replace(/\W/g, '')}" x="${left.toFixed(1)}" y="${y + 6}" width="${width.toFixed(1)}" height="${LANE - 12}"><title>${name}: ${text}; ${format.duration(from)} before the end</title></rect>`;
}

/** @param {Scale} scale @param {{from: number, rss: number}[]} points @param {number} y */
function curve(scale, points, y) {
  const most = Math.max(...points.map(({ rss }) => rss));
  const height = LANE - 8;
  const line = points.map(({ from, rss }) =>
    [x(scale, from), y + 4 + height * (1 - rss / most)].map((at) => at.toFixed(1)).join(','),
  );
  return html`<polyline class="memory" points="${line.join(' ')}"><title>resident memory, up to ${format.bytes(most)}</title></polyline>`;
}

/** Six steps back from the end. @param {Scale} scale @param {number} height */
function ticks(scale, height) {
  return [1, 2, 3, 4, 5, 6].map((part) => {
    const before = (scale.windowMs * part) / 6;
    const at = x(scale, before).toFixed(1);
    return html`<line class="tick" x1="${at}" x2="${at}" y1="0" y2="${height}"></line><text class="axis" x="${at}" y="${height + 18}" text-anchor="middle">−${format.duration(before)}</text>`;
  });
}

/**
 * @param {any} document a crash file, normalised
 * @returns {{lasts: string, picture: unknown} | null} null: nothing in it has a time
 */
function timeline(document) {
  const { header } = document;
  const end = failed(header) ? Number.NaN : Date.parse(header.dumpEventTime);
  if (!Number.isFinite(end)) return null;
  const windowMs = Math.min(Math.max(header.uptimeMs ?? MOST_MS, LEAST_MS), MOST_MS);
  const scale = { end, windowMs };
  const lanes = lanesOf(document, scale);
  const points = memoryOf(document, scale);
  if (lanes.length === 0 && points.length < 2) return null;
  const height = (lanes.length + (points.length > 1 ? 1 : 0)) * LANE;
  const summary = lanes.map(({ name, spans }) => format.counted(spans.length, name, name));
  const label = (/** @type {string} */ name, /** @type {number} */ row) =>
    html`<text class="lane" x="0" y="${row * LANE + LANE / 2 + 5}">${name}</text>`;
  const picture = html`<figure class="timeline"><svg viewBox="0 0 ${WIDTH + 4} ${height + AXIS}" role="img" aria-label="${summary.join(', ')}">
${ticks(scale, height)}<text class="axis" x="${WIDTH}" y="${height + 18}" text-anchor="end">end</text>
${lanes.map(
  ({ name, spans }, row) =>
    html`${label(name, row)}${spans.slice(-MOST).map((/** @type {Span} */ one) => bar(scale, one, row * LANE, name))}`,
)}
${points.length > 1 ? html`${label('memory', lanes.length)}${curve(scale, points, lanes.length * LANE)}` : null}
<line class="death" x1="${WIDTH}" x2="${WIDTH}" y1="0" y2="${height}"></line>
</svg></figure>`;
  return { lasts: format.duration(windowMs), picture };
}

module.exports = { timeline };
