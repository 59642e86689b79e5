/** Source lines around a position, from the scripts that the crash file carries. */

const { clip, printable, width } = require('./text');

/** @typedef {import('./paper').Paper} Paper */

/**
 * @param {unknown} source
 * @param {number} first 1-based
 * @param {number} last 1-based, included
 * @returns {{ number: number, text: string }[]}
 */
function linesOf(source, first, last) {
  if (typeof source !== 'string') return [];
  const lines = [];
  let start = 0;
  // Walks instead of splitting: a script may be 50 MB, and only a few lines are wanted.
  for (let number = 1; number <= last; number++) {
    const newline = source.indexOf('\n', start);
    const end = newline === -1 ? source.length : newline;
    if (number >= first) lines.push({ number, text: source.slice(start, end) });
    if (newline === -1) break;
    start = end + 1;
  }
  return lines;
}

/**
 * @param {Paper} paper
 * @param {any} script one entry of Scripts: {params, source}
 * @param {{ line: number | null, column: number | null }} position 1-based
 * @param {{ before: number, after: number, indent: string }} options
 * @returns {string[]} empty when the source is not in the file
 */
function excerpt(paper, script, { line, column }, { before, after, indent }) {
  if (line === null || line < 1 || line > 10_000_000) return [];
  // A script may start in the middle of a file, as those of vm contexts do.
  const offset = Number.isInteger(script?.params?.startLine) ? script.params.startLine : 0;
  const own = line - offset;
  const found = linesOf(script?.source, Math.max(1, own - before), own + after);
  if (!found.some(({ number }) => number === own)) return [];
  const { style, glyph } = paper;
  const digits = String(own + after + offset).length;
  const room = paper.columns - indent.length - digits - 5;
  const margin = commonIndent(found.map(({ text }) => text));
  const result = [];
  for (const { number, text } of found) {
    const here = number === own;
    const view = window(text, here ? column : null, room, margin);
    const label = String(number + offset).padStart(digits);
    const mark = here ? style.red(glyph.point) : ' ';
    const bar = style.dim(glyph.bar);
    const shownLabel = here ? style.bold(label) : style.dim(label);
    result.push(
      `${indent}${mark} ${shownLabel} ${bar} ${here ? view.text : style.dim(view.text)}`.trimEnd(),
    );
    if (here && view.caret !== null) {
      const gap = ' '.repeat(digits + 3);
      result.push(`${indent}${gap}${bar} ${' '.repeat(view.caret)}${style.red(glyph.caret)}`);
    }
  }
  return result;
}

/** @param {string[]} lines */
function commonIndent(lines) {
  let least = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const indent = line.search(/[^ \t]/);
    if (indent !== -1 && indent < least) least = indent;
  }
  return Number.isFinite(least) ? least : 0;
}

/**
 * The part of a line that fits and holds the column: minified code has lines of a megabyte.
 * @param {string} line
 * @param {number | null} column 1-based
 * @param {number} room
 * @param {number} margin characters that every line starts with
 */
function window(line, column, room, margin) {
  const at = column === null ? margin : column - 1;
  const start = at - margin < room - 4 ? margin : at - Math.floor(room / 2);
  const raw = line.slice(start, start + room + 1);
  const lead = start > margin ? '…' : '';
  const text = clip(lead + spell(raw.slice(lead.length)), room);
  if (column === null || at >= line.length + 1) return { text, caret: null };
  const caret = width(lead + spell(raw.slice(lead.length, at - start)));
  return { text, caret: caret < room ? caret : null };
}

/** @param {string} text */
const spell = (text) => printable(text.replaceAll('\t', '  ').replace(/\r$/, ''));

module.exports = { excerpt, linesOf };
