/** Answers about a heap, for people. */

const format = require('../render/format');
const { table } = require('../render/paper');
const { printable } = require('../render/text');

/** @typedef {import('../render/paper').Paper} Paper */

const SYSTEM_DISTANCE = 100_000_000;

/** @param {number} distance */
function distanceText(distance) {
  if (distance < 0) return '–';
  return distance >= SYSTEM_DISTANCE ? 'system' : String(distance);
}

/** @param {number} share */
const percent = (share) => format.percent(100 * share);

/** @param {Paper} paper @returns {import('../render/paper').Column[]} */
const nodeColumns = ({ style }) => [
  { align: 'right', style: style.bold },
  { align: 'right' },
  { align: 'right', style: style.dim },
  { style: style.cyan },
  { style: style.dim, max: 24 },
  { last: true },
];

/** @param {any} node */
const nodeCells = ({
  id,
  name,
  retained,
  self,
  distance,
  class: className = '',
  type,
  detached,
}) => [
  format.bytes(retained),
  format.bytes(self),
  distanceText(distance),
  `@${id}`,
  className || type,
  `${detached ? 'detached ' : ''}${name}`,
];

const NODE_HEADER = ['retained', 'shallow', 'dist', 'id', 'class', 'object'];

/** @param {Paper} paper @param {string[]} header @param {import('../render/paper').Column[]} columns @param {string[][]} rows */
function titled(paper, header, columns, rows) {
  const plain = columns.map(({ align, max, last }) => ({
    align,
    max,
    last,
    style: paper.style.dim,
  }));
  // One table, so that the header stands over its columns; its own style is put on afterwards.
  const lines = table(paper, columns, [header, ...rows]);
  const [first] = table(paper, plain, [header, ...rows]);
  return [first, ...lines.slice(1)];
}

/** @param {any[]} nodes @param {Paper} paper */
const nodes = (nodes, paper) =>
  titled(paper, NODE_HEADER, nodeColumns(paper), nodes.map(nodeCells));

/** @param {any[]} edges @param {Paper} paper */
function edges(edges, paper) {
  const { style } = paper;
  const columns = /** @type {import('../render/paper').Column[]} */ ([
    { style: style.dim },
    { max: 40, style: style.bold },
    { align: 'right' },
    { align: 'right', style: style.dim },
    { style: style.cyan },
    { last: true },
  ]);
  const rows = edges.map(({ type, name, node }) => [
    type,
    name,
    format.bytes(node.retained),
    distanceText(node.distance),
    `@${node.id}`,
    `${node.name}${node.class && node.class !== node.name ? ` (${node.class})` : ''}`,
  ]);
  return titled(paper, ['kind', 'name', 'retained', 'dist', 'id', 'object'], columns, rows);
}

/** @param {number} shown @param {number} all */
const ofAll = (shown, all) =>
  shown < all ? `${format.count(shown)} of ${format.count(all)}` : format.count(all);

/** @param {any} suspect @param {Paper} paper */
function suspectLine({ kind, why, share, ...rest }, { style, glyph }) {
  const what = /** @type {Record<string, () => string>} */ ({
    holder: () =>
      `${rest.node.name} @${rest.node.id} holds ${format.bytes(rest.node.retained)}, ${format.counted(rest.children, 'object')} right under it`,
    class: () =>
      `${format.counted(rest.count, 'object')} of ${rest.name} hold ${format.bytes(rest.retained)}`,
    detached: () =>
      `${format.counted(rest.count, 'detached node')} hold ${format.bytes(rest.retained)}`,
    strings: () => `strings that are there more than once waste ${format.bytes(rest.waste)}`,
  });
  return `  ${style.yellow(glyph.warn)} ${style.bold(percent(share))}  ${printable(what[kind]?.() ?? kind)}: ${style.dim(why)}`;
}

/** @param {any} answer @param {Paper} paper */
function summary({ summary: all, classes: list }, paper) {
  const { style } = paper;
  const { statistics } = all;
  const kinds = Object.entries(statistics).map(([name, size]) => [format.bytes(size), name]);
  const lines = [
    paper.heading(
      'Heap',
      `${format.bytes(all.totalSize)} in ${format.counted(all.nodes, 'object')}, ${format.counted(all.edges, 'reference')}`,
    ),
    ...table(paper, [{ align: 'right', style: style.bold }, { last: true }], kinds),
  ];
  if (all.suspects.length > 0) {
    lines.push('', paper.heading('Suspects'));
    for (const suspect of all.suspects) lines.push(suspectLine(suspect, paper));
  }
  lines.push('', paper.heading('Constructors', `by retained size, ${ofAll(15, list.length)}`));
  lines.push(...classes(list.slice(0, 15), paper));
  lines.push('', paper.heading('Largest objects'), ...nodes(all.largest.slice(0, 15), paper));
  return lines;
}

/** @param {any[]} list @param {Paper} paper */
function classes(list, paper) {
  const { style } = paper;
  const columns = /** @type {import('../render/paper').Column[]} */ ([
    { align: 'right', style: style.bold },
    { align: 'right' },
    { align: 'right' },
    { align: 'right', style: style.dim },
    { last: true },
  ]);
  const rows = list.map(({ name, count, self, retained, distance }) => [
    format.bytes(retained),
    format.bytes(self),
    format.count(count),
    distanceText(distance),
    name,
  ]);
  return titled(paper, ['retained', 'shallow', 'count', 'dist', 'constructor'], columns, rows);
}

/** @param {any} answer @param {Paper} paper */
const instances = ({ name, count, instances: list }, paper) => [
  paper.heading(name, ofAll(list.length, count)),
  ...nodes(list, paper),
];

/** @param {any} answer @param {Paper} paper */
const inspect = ({ node, dominator, fields, fieldCount }, paper) => [
  paper.heading(`@${node.id} ${node.name}`, node.type),
  `  ${format.bytes(node.self)} shallow, ${format.bytes(node.retained)} retained, held by @${dominator.id} ${printable(dominator.name)}`,
  '',
  paper.heading('Refers to', ofAll(fields.length, fieldCount)),
  ...edges(fields, paper),
];

/** @param {any} answer @param {Paper} paper */
const refs = ({ node, refs: list, refCount }, paper) => [
  paper.heading(`Who refers to @${node.id} ${node.name}`, ofAll(list.length, refCount)),
  ...edges(list, paper),
];

/** @param {any} answer @param {Paper} paper */
function path({ path: steps }, paper) {
  if (steps.length === 0) return ['  nothing leads to it'];
  const { style } = paper;
  return steps.map((/** @type {any} */ { node, edge, type }, /** @type {number} */ depth) => {
    const by = edge === undefined ? 'root' : `${style.bold(printable(edge))} ${style.dim(type)}`;
    return `  ${' '.repeat(2 * Math.min(depth, 30))}${by} -> ${style.cyan(`@${node.id}`)} ${printable(node.name)}`;
  });
}

/** @param {any} answer @param {Paper} paper */
const dominators = ({ node, chain, children, childCount }, paper) => [
  paper.heading(`@${node.id} ${node.name}`, `${format.bytes(node.retained)} retained`),
  ...(chain.length > 0 ? ['', paper.heading('Held by'), ...nodes(chain, paper)] : []),
  '',
  paper.heading('Holds alone', ofAll(children.length, childCount)),
  ...nodes(children, paper),
];

/** @param {any} answer @param {Paper} paper */
function strings({ groups, waste, strings: list }, paper) {
  const { style } = paper;
  const columns = /** @type {import('../render/paper').Column[]} */ ([
    { align: 'right', style: style.bold },
    { align: 'right' },
    { align: 'right', style: style.dim },
    { style: style.cyan },
    { last: true },
  ]);
  const rows = list.map((/** @type {any} */ one) => [
    format.bytes(one.waste),
    `${format.count(one.count)}${paper.glyph.repeat}`,
    format.count(one.length),
    `@${one.ids[0]}`,
    JSON.stringify(one.value),
  ]);
  return [
    paper.heading(
      'Duplicated strings',
      `${ofAll(list.length, groups)}, ${format.bytes(waste)} wasted`,
    ),
    ...titled(paper, ['wasted', 'count', 'length', 'one', 'text'], columns, rows),
  ];
}

/** @param {any} answer @param {Paper} paper */
function contexts({ count, contexts: list }, paper) {
  const lines = [paper.heading('Contexts of closures', ofAll(list.length, count))];
  for (const { node, closures, variables } of list) {
    const names = closures.map((/** @type {any} */ one) => one.name || '(anonymous)').join(', ');
    lines.push(
      `  ${paper.style.bold(format.bytes(node.retained).padStart(8))}  ${paper.style.cyan(`@${node.id}`)}  ${printable(names || 'no closure')}`,
      ...variables.map(
        (/** @type {any} */ one) =>
          `            ${paper.style.dim(printable(one.name))} = ${printable(one.node.name)} @${one.node.id}, ${format.bytes(one.node.retained)}`,
      ),
    );
  }
  return lines;
}

/** @param {number} value */
const signed = (value) => `${value > 0 ? '+' : ''}${format.count(value)}`;
/** @param {number} value */
const signedBytes = (value) => (value < 0 ? `-${format.bytes(-value)}` : `+${format.bytes(value)}`);

/** @param {any[]} list @param {Paper} paper */
function difference(list, paper) {
  const { style } = paper;
  const columns = /** @type {import('../render/paper').Column[]} */ ([
    { align: 'right', style: style.bold },
    { align: 'right' },
    { align: 'right' },
    { align: 'right' },
    { last: true },
  ]);
  const rows = list.map((one) => [
    signedBytes(one.sizeDelta),
    signed(one.countDelta),
    signed(one.addedCount),
    signed(-one.removedCount),
    one.name,
  ]);
  return titled(paper, ['size', 'count', 'new', 'gone', 'constructor'], columns, rows);
}

/** @param {any[]} list @param {Paper} paper */
function kept(list, paper) {
  const rows = list.map(({ name, count, self, retained }) => [
    format.bytes(retained),
    format.bytes(self),
    format.count(count),
    name,
  ]);
  const columns = /** @type {import('../render/paper').Column[]} */ ([
    { align: 'right', style: paper.style.bold },
    { align: 'right' },
    { align: 'right' },
    { last: true },
  ]);
  return titled(paper, ['retained', 'shallow', 'count', 'constructor'], columns, rows);
}

module.exports = {
  ...{ classes, contexts, difference, dominators, inspect, instances, kept, path, refs, strings },
  summary,
};
