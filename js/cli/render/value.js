const { printable, wrap } = require('./text');

/** @typedef {import('./paper').Paper} Paper */

/** @type {Record<string, keyof Paper['style']>} */
const COLOURS = {
  string: 'green',
  number: 'yellow',
  bigint: 'yellow',
  boolean: 'yellow',
  function: 'cyan',
  symbol: 'magenta',
  undefined: 'dim',
  accessor: 'cyan',
};

/**
 * A captured value behind its label, continued under itself.
 * @param {Paper} paper
 * @param {{ type: string, text: string }} value
 * @param {string} label may be styled
 * @param {number} limit lines
 * @param {number} [columns] that the label takes; needed when it is styled
 * @returns {string[]}
 */
function valueLines(paper, value, label, limit, columns = label.length) {
  const { type, text } = value;
  const colour = text === 'null' ? 'dim' : Object.hasOwn(COLOURS, type) ? COLOURS[type] : null;
  const style = colour ? paper.style[colour] : (/** @type {string} */ part) => part;
  // Behind a very long name there is no room left: the value then starts on the next line.
  const isBelow = columns > paper.columns / 2;
  const indent = isBelow ? 12 : columns;
  const parts = wrap(printable(text), paper.columns - indent, limit).map(style);
  const hang = ' '.repeat(indent);
  if (isBelow) return [label.trimEnd(), ...parts.map((part) => hang + part)];
  return parts.map((part, index) => (index === 0 ? label : hang) + part);
}

module.exports = { valueLines };
