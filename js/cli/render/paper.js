/** What is drawn on: width, colours and glyphs of one output. Holds no policy of any report. */

const { clip, clipStart, padEnd, padStart, printable, width } = require('./text');

/** SGR pairs: on, off. Only the sixteen basic colours, which follow the reader's theme. */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

const GLYPHS = {
  unicode: {
    rule: '─',
    bar: '│',
    point: '❯',
    caret: '▲',
    yes: '✔',
    no: '✖',
    warn: '▲',
    dot: '·',
    full: '█',
    track: '░',
    eighths: ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'],
    repeat: '×',
  },
  ascii: {
    rule: '-',
    bar: '|',
    point: '>',
    caret: '^',
    yes: '+',
    no: 'x',
    warn: '!',
    dot: '-',
    full: '#',
    track: '.',
    eighths: ['', '', '', '', '', '', '', ''],
    repeat: 'x',
  },
};

/**
 * @typedef {(text: string) => string} Style
 * @typedef {Record<keyof typeof STYLES, Style>} Styles
 * @typedef {object} Paper
 * @property {number} columns
 * @property {boolean} isTerminal
 * @property {boolean} colour
 * @property {Styles} style
 * @property {typeof GLYPHS.unicode} glyph
 * @property {(title: string, aside?: string) => string} heading
 * @property {(fraction: number, columns: number) => string} bar
 * @property {(fraction: number, columns: number, colour: Style) => string} gauge a bar in its track
 */

/**
 * @param {{ colour: boolean, unicode: boolean, columns: number, isTerminal: boolean }} options
 * @returns {Paper}
 */
function createPaper({ colour, unicode, columns, isTerminal }) {
  const glyph = unicode ? GLYPHS.unicode : GLYPHS.ascii;
  const style = /** @type {Styles} */ ({});
  for (const [name, [on, off]] of Object.entries(STYLES)) {
    style[/** @type {keyof Styles} */ (name)] = (text) =>
      colour && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  }
  return {
    columns,
    isTerminal,
    colour,
    style,
    glyph,
    heading(title, aside = '') {
      const note = clip(printable(aside), columns - width(title) - 8);
      const line = glyph.rule.repeat(
        Math.max(2, columns - width(title) - 5 - (note ? width(note) + 2 : 0)),
      );
      const left = style.dim(glyph.rule.repeat(2));
      return `${left} ${style.bold(title)} ${style.dim(note ? `${line}  ${note}` : line)}`;
    },
    bar(fraction, length) {
      const eighths = Math.round(share(fraction) * length * 8);
      return glyph.full.repeat(eighths >> 3) + glyph.eighths[eighths & 7];
    },
    gauge(fraction, length, paint) {
      // Something is never drawn as nothing.
      const full = Math.max(Math.round(share(fraction) * length), fraction > 0 ? 1 : 0);
      return paint(glyph.full.repeat(full)) + style.dim(glyph.track.repeat(length - full));
    },
  };
}

/** @param {number} fraction */
const share = (fraction) => (Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0);

/**
 * @typedef {object} Column
 * @property {'left' | 'right'} [align]
 * @property {Style} [style] applied after padding, so that colours do not disturb the columns
 * @property {number} [max] columns at most
 * @property {boolean} [last] takes what is left of the line and is not padded
 * @property {boolean} [isPath] cut at its start when it must be: the end of a path matters most
 */

/**
 * Aligned columns, two spaces apart. Cells are escaped here.
 * @param {Paper} paper
 * @param {Column[]} columns
 * @param {string[][]} rows
 * @param {string} [indent]
 * @returns {string[]}
 */
function table(paper, columns, rows, indent = '  ') {
  const cells = rows.map((row) => row.map((cell) => printable(cell)));
  const widths = columns.map((column, index) =>
    Math.min(column.max ?? Number.POSITIVE_INFINITY, longest(cells, index)),
  );
  return cells.map((row) => {
    let used = indent.length;
    // Blank cells at the end would only be coloured spaces.
    const filled = columns.slice(0, row.findLastIndex((cell) => cell !== '') + 1);
    const parts = filled.map((column, index) => {
      const room = column.last ? Math.max(10, paper.columns - used) : widths[index];
      used += widths[index] + 2;
      const text = (column.isPath ? clipStart : clip)(row[index], room);
      const padded = padCell(text, room, column, index === filled.length - 1);
      return column.style ? column.style(padded) : padded;
    });
    return indent + parts.join('  ');
  });
}

/**
 * @param {string} text
 * @param {number} room
 * @param {Column} column
 * @param {boolean} isLast nothing follows: spaces would only be in the way of a copy
 */
function padCell(text, room, column, isLast) {
  if (column.align === 'right') return padStart(text, room);
  return isLast ? text : padEnd(text, room);
}

/**
 * @param {string[][]} cells
 * @param {number} index
 */
function longest(cells, index) {
  let most = 0;
  for (const row of cells) most = Math.max(most, width(row[index] ?? ''));
  return most;
}

module.exports = { createPaper, table };
