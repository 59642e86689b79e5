const { failed } = require('../../../replay/crash-file');
const format = require('../format');
const { padStart, printable } = require('../text');

const MOST_CLASSES = 12;

/**
 * Memory, garbage collection and what the process had used so far.
 * @type {import('./index').Section['render']}
 */
function render({ document }, paper, { all }) {
  const { memory, gc, resources, handles } = document;
  const lines = [];
  if (!failed(memory)) {
    lines.push(...memoryLines(memory, paper));
    if (memory.classes) lines.push(...classLines(memory.classes, paper, all));
  }
  if (!failed(gc) && gc.count > 0) {
    lines.push(
      fact(
        paper,
        'collections',
        `${format.count(gc.count)} in ${format.duration(gc.totalMs)}${kinds(gc.byKind)}`,
      ),
    );
  }
  if (!failed(resources)) {
    const user = format.duration((resources.userCpuUs ?? 0) / 1000);
    const system = format.duration((resources.systemCpuUs ?? 0) / 1000);
    lines.push(fact(paper, 'CPU used', `${user} user, ${system} system`));
  }
  if (!failed(handles) && handles.active.length > 0) {
    lines.push(fact(paper, 'open handles', tally(handles.active)));
  }
  return lines.length > 0 ? { lines } : null;
}

/**
 * @param {any} memory bytes
 * @param {import('../paper').Paper} paper
 */
function memoryLines(memory, paper) {
  const { heapUsed, heapLimit, rss, external, arrayBuffers } = memory;
  const lines = [];
  if (heapUsed !== null && heapLimit) {
    const share = heapUsed / heapLimit;
    const colour = share > 0.8 ? paper.style.red : paper.style.green;
    const bar = paper.gauge(share, 20, colour);
    lines.push(
      fact(
        paper,
        'JS heap',
        `${padStart(format.bytes(heapUsed), 8)}  ${bar}  ${format.percent(100 * share)} of ${format.bytes(heapLimit)}`,
      ),
    );
  } else if (heapUsed !== null)
    lines.push(fact(paper, 'JS heap', padStart(format.bytes(heapUsed), 8)));
  const rest = [
    ['external', external],
    ['array buffers', arrayBuffers],
  ].filter(([, value]) => value !== null);
  if (rss !== null) {
    const beside = rest.map(([name, value]) => `${name} ${format.bytes(value)}`).join(', ');
    lines.push(
      fact(
        paper,
        'process',
        `${padStart(format.bytes(rss), 8)}  ${paper.style.dim(beside)}`.trimEnd(),
      ),
    );
  }
  return lines;
}

/**
 * What filled the heap.
 * @param {any} classes or {error}
 * @param {import('../paper').Paper} paper
 * @param {boolean} all
 */
function classLines(classes, paper, all) {
  if (failed(classes)) return [fact(paper, 'classes', printable(classes.error))];
  const shown = all ? classes : classes.slice(0, MOST_CLASSES);
  const rows = shown.map((/** @type {any} */ { name, count }) => [
    padStart(format.count(count ?? 0), 12),
    printable(name),
  ]);
  const heading = fact(paper, 'on the heap', paper.style.dim('objects by class'));
  const lines = rows.map((/** @type {string[]} */ row) => `  ${row.join('  ')}`);
  const rest = classes.length - shown.length;
  if (rest > 0) lines.push(paper.style.dim(`  … ${rest} more classes (--all)`));
  return [heading, ...lines];
}

/**
 * @param {import('../paper').Paper} paper
 * @param {string} name
 * @param {string} text printable
 */
const fact = (paper, name, text) => `  ${paper.style.dim(name.padEnd(12))} ${text}`;

/** @param {Record<string, any>} byKind */
function kinds(byKind) {
  const parts = Object.entries(byKind)
    .slice(0, 8)
    .map(([kind, value]) => {
      const number = typeof value === 'number' ? format.count(value) : format.count(value?.count);
      return `${printable(kind)} ${number}`;
    });
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

/** @param {{ type: string, count?: unknown }[]} handles listed one by one, or counted already */
function tally(handles) {
  const counts = /** @type {Map<string, number>} */ (new Map());
  for (const { type, count } of handles) {
    const number = typeof count === 'number' ? count : 1;
    counts.set(type, (counts.get(type) ?? 0) + number);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 10)
    .map(([type, number]) => (number > 1 ? `${printable(type)} ×${number}` : printable(type)))
    .join(', ');
}

module.exports = { title: 'Memory', render };
