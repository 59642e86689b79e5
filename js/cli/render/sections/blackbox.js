const { failed } = require('../../../replay/crash-file');
const format = require('../format');
const { table } = require('../paper');
const { culprit, operationText } = require('../stack');
const { printable, wrap } = require('../text');

const MOST_EVENTS = 8;
const MOST_NOTES = 12;
const MOST_NATIVE = 12;

/**
 * What a dead process left: when it was last seen alive, what it did then, what it had noted.
 * @type {import('./index').Section['render']}
 */
function render({ document }, paper, { all }) {
  const { blackbox: box } = document;
  // Most files were written by the process itself.
  if (box === undefined) return null;
  if (failed(box)) return { lines: [`  ${printable(box.error)}`] };
  const lines = fact(paper, 'last seen', lastSeen(box, document.header));
  for (const thread of box.threads) {
    const name = thread.threadId ? `worker ${thread.threadId}` : 'main thread';
    lines.push(...fact(paper, name, threadText(thread)));
  }
  if (box.memory?.limit) lines.push(memoryLine(box.memory, paper));
  lines.push(...fatalLines(box.fatal, paper, all));
  const notes = all ? box.notes : box.notes.slice(-MOST_NOTES);
  for (const { key, value } of notes) {
    lines.push(...fact(paper, 'note', `${key} = ${JSON.stringify(value)}`));
  }
  lines.push(...eventLines(box.events, paper, all));
  const lost = box.lost ? `, ${format.count(box.lost)} lost` : '';
  return { aside: `${format.counted(box.records, 'record')}${lost}`, lines };
}

/**
 * @param {any} box
 * @param {any} header
 */
function lastSeen({ lastSignOfLife }, header) {
  const uptime = failed(header) ? null : header.uptimeMs;
  const after = uptime === null ? '' : `, ${format.duration(uptime)} after its start`;
  return `${format.time(lastSignOfLife)}${after}`;
}

/** @param {any} thread */
function threadText({ busyMs, waiting, inFlight }) {
  const doing =
    busyMs !== null
      ? `busy for ${format.duration(busyMs)}`
      : waiting
        ? 'waiting for events, or in the callback of one'
        : 'not known what it did';
  return inFlight ? `${doing}, ${format.counted(inFlight, 'operation')} under way` : doing;
}

/**
 * Of the container: what the kernel's out-of-memory killer looks at.
 * @param {any} memory
 * @param {import('../paper').Paper} paper
 */
function memoryLine({ used, rss, limit }, paper) {
  const bytes = Math.max(used ?? 0, rss ?? 0);
  const share = bytes / limit;
  const bar = paper.gauge(share, 20, share > 0.9 ? paper.style.red : paper.style.green);
  const text = `${format.percent(100 * share)} of ${format.bytes(limit)}`;
  return `  ${paper.style.dim('container'.padEnd(12))} ${format.bytes(bytes)}  ${bar}  ${text}`;
}

/**
 * @param {any} fatal what the handler of the signal wrote
 * @param {import('../paper').Paper} paper
 * @param {boolean} all
 */
function fatalLines(fatal, paper, all) {
  if (fatal === null) return [];
  const where = [
    fatal.address && `at ${fatal.address}`,
    fatal.threadName && `in ${fatal.threadName}`,
  ];
  const lines = fact(paper, 'signal', [fatal.signal, ...where].filter(Boolean).join(' '));
  const native = fatal.native ?? [];
  const limit = all ? native.length : MOST_NATIVE;
  for (const { module, offset, address } of native.slice(0, limit)) {
    const place = typeof module === 'string' && module ? `${module}+${offset}` : address;
    lines.push(paper.style.dim(`    ${printable(place)}`));
  }
  if (native.length > limit) lines.push(paper.style.dim(`    … ${native.length - limit} more`));
  return lines;
}

/**
 * @param {any[]} events oldest first
 * @param {import('../paper').Paper} paper
 * @param {boolean} all
 */
function eventLines(events, paper, all) {
  // Notes and the signal stand above.
  const told = events.filter(({ event }) => event !== 'note' && event !== 'fatal');
  if (told.length === 0) return [];
  const { style } = paper;
  const shown = all ? told : told.slice(-MOST_EVENTS);
  return [
    style.dim(`  last events (${format.count(shown.length)} of ${format.count(told.length)})`),
    ...table(
      paper,
      [{ style: style.dim }, { style: style.bold }, { last: true }],
      shown.map((event) => [format.timeOfDay(event.time), event.event, eventText(event)]),
    ),
  ];
}

/** @param {any} event any fields may be missing or anything */
function eventText(event) {
  const { durationMs, sinceMs, cause, kind, message, file, stack } = event;
  const ms = durationMs ?? sinceMs;
  const entry = Array.isArray(stack)
    ? culprit(stack.filter((item) => typeof item?.url === 'string'))
    : undefined;
  const isOperation = event.event === 'slow-io' && typeof event.target === 'string';
  const operation = isOperation ? operationText(event) : '';
  const parts = [
    typeof ms === 'number' && format.duration(ms),
    ...[cause, kind, operation, message, file].filter((part) => typeof part === 'string'),
    entry && `in ${format.functionName(entry.functionName)} ${format.location(entry)}`,
    event.event === 'memory' && typeof event.rss === 'number' && `rss ${format.bytes(event.rss)}`,
  ];
  return parts.filter(Boolean).join('  ');
}

/**
 * @param {import('../paper').Paper} paper
 * @param {string} name
 * @param {string} text
 */
function fact(paper, name, text) {
  const label = `  ${name.padEnd(12)} `;
  return wrap(printable(text), paper.columns - label.length, 3).map((line, index) =>
    index === 0 ? paper.style.dim(label) + line : ' '.repeat(label.length) + line,
  );
}

module.exports = { title: 'Black box', render };
