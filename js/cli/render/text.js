/**
 * Text from files, made safe for a terminal and measured. A crash file is untrusted: an escape
 * sequence in a variable must not move the cursor, and a right-to-left mark must not reorder a line.
 */

/** More is never shown of one string; cutting first keeps a 50 MB string from costing anything. */
const LONGEST = 20_000;

// Controls (C0, C1, DEL), format characters (bidirectional marks, zero width, tags), line and
// paragraph separators, lone surrogates. Joiners stay: emoji and several scripts need them.
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const NAMED = /** @type {Record<string, string>} */ ({
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
  '\0': '\\0',
  '\x1b': '\\x1b',
});
// East Asian wide and fullwidth, and emoji: two columns each.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /[\p{Mn}\p{Me}]|\u200c|\u200d/u;
// All printable ASCII: the fast path.
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * One line, with everything that is not printable spelled out.
 * @param {unknown} value
 * @returns {string}
 */
function printable(value) {
  // Objects of a hostile file may have a toString that is none.
  const full = typeof value === 'object' ? '' : String(value ?? '');
  const text = full.length > LONGEST ? `${full.slice(0, LONGEST)}…` : full;
  return PLAIN.test(text) ? text : text.replace(UNSAFE, spell);
}

/** @param {string} character */
function spell(character) {
  const code = /** @type {number} */ (character.codePointAt(0));
  if (character in NAMED) return NAMED[character];
  return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 1)}}`;
}

/**
 * @param {number} code
 * @param {number} digits
 */
const hex = (code, digits) => code.toString(16).padStart(digits, '0');

/**
 * Text of several lines: newlines stay newlines, tabs become spaces, the rest is escaped.
 * @param {string} text
 * @param {number} limit lines
 * @returns {{ lines: string[], omitted: boolean }}
 */
function printableLines(text, limit) {
  const cut = text.slice(0, LONGEST);
  const lines = cut.split(/\r?\n/, limit + 1);
  const omitted = lines.length > limit || cut.length < text.length;
  return { lines: lines.slice(0, limit).map(printableIndented), omitted };
}

/** @param {string} line */
const printableIndented = (line) => printable(line.replaceAll('\t', '  '));

/**
 * Columns that an escaped text takes.
 * @param {string} text
 */
function width(text) {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

/** @param {string} character */
function columnsOf(character) {
  if (character < '\u0300') return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/**
 * The start of an escaped text that fits into `columns`.
 * @param {string} text
 * @param {number} columns
 */
function head(text, columns) {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/**
 * @param {string} text escaped
 * @param {number} columns
 * @returns {string} the text, or its start and an ellipsis
 */
function clip(text, columns) {
  if (width(text) <= columns) return text;
  return columns < 1 ? '' : `${head(text, columns - 1)}…`;
}

/**
 * @param {string} text escaped
 * @param {number} columns
 * @returns {string} the text, or an ellipsis and its end: what matters in a path
 */
function clipStart(text, columns) {
  if (width(text) <= columns) return text;
  const characters = [...text];
  let used = 1;
  let start = characters.length;
  while (start > 0 && used + columnsOf(characters[start - 1]) <= columns) {
    used += columnsOf(characters[--start]);
  }
  return `…${characters.slice(start).join('')}`;
}

/**
 * Breaks at spaces where it can.
 * @param {string} text escaped
 * @param {number} columns
 * @param {number} limit lines; the last one is clipped
 * @returns {string[]}
 */
function wrap(text, columns, limit) {
  const room = Math.max(columns, 10);
  const lines = [];
  let rest = text;
  while (lines.length < limit - 1 && width(rest) > room) {
    const line = head(rest, room);
    const space = line.lastIndexOf(' ');
    // A break that would leave most of the line empty is worse than one inside a word.
    const end = space > line.length / 2 ? space + 1 : line.length;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  lines.push(clip(rest, room));
  return lines;
}

/**
 * @param {string} text escaped
 * @param {number} columns
 */
const padEnd = (text, columns) => text + ' '.repeat(Math.max(0, columns - width(text)));

/**
 * @param {string} text escaped
 * @param {number} columns
 */
const padStart = (text, columns) => ' '.repeat(Math.max(0, columns - width(text))) + text;

module.exports = { clip, clipStart, padEnd, padStart, printable, printableLines, width, wrap };
