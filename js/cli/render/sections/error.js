const { failed } = require('../../../replay/crash-file');
const { clip, padEnd, printable, printableLines, width, wrap } = require('../text');
const { stackTextLine } = require('../stack');
const { valueLines } = require('../value');

/** Stack lines shown of one error: Node's own default is 10. */
const STACK_LINES = 12;

/**
 * The error as Node would print it, then its causes; or why there is a report without one.
 * @type {import('./index').Section['render']}
 */
function render({ document }, paper, { all }) {
  const { error, reason } = document;
  if (error === null) {
    return reason
      ? { lines: wrap(printable(reason), paper.columns - 2, 6).map((line) => `  ${line}`) }
      : null;
  }
  if (failed(error)) return { lines: [paper.style.yellow(`  ${printable(error.error)}`)] };
  return { lines: errorLines(error, paper, all ? 1000 : STACK_LINES) };
}

/**
 * @param {any} first
 * @param {import('../paper').Paper} paper
 * @param {number} limit
 */
function errorLines(first, paper, limit) {
  const lines = [];
  let error = first;
  for (let level = 0; error; level++) {
    if (level > 0) lines.push('', `  ${paper.style.bold('Caused by')}`);
    if (level > 10) {
      lines.push(paper.style.dim('  … more causes (--json has them)'));
      break;
    }
    lines.push(...oneError(error, paper, limit));
    error = error.cause;
  }
  return lines;
}

/**
 * @param {any} error
 * @param {import('../paper').Paper} paper
 * @param {number} limit
 */
function oneError(error, paper, limit) {
  const { style } = paper;
  const lines = [];
  if (error.thrownValue) {
    lines.push(`  ${style.red('Thrown, and not an Error:')}`);
    lines.push(...valueLines(paper, error.thrownValue, '  ', 6));
  }
  const title = [error.name, error.message].filter(Boolean).join(': ');
  const headline = printableLines(title, 12);
  for (const line of headline.lines) {
    if (title)
      for (const part of wrap(line, paper.columns - 2, 6))
        lines.push(`  ${style.red(style.bold(part))}`);
  }
  if (headline.omitted) lines.push(style.dim('  … message cut (--json has all of it)'));
  lines.push(...stackText(error.stack, paper, limit));
  lines.push(...properties(error, paper));
  for (const inner of (error.errors ?? []).slice(0, 5)) {
    const text = [inner.name, inner.message].filter(Boolean).join(': ');
    lines.push(
      ...wrap(printable(text), paper.columns - 6, 2).map(
        (part, index) => `  ${index ? '  ' : style.dim('- ')}${part}`,
      ),
    );
  }
  return lines;
}

/**
 * Code and own properties, in one column.
 * @param {any} error
 * @param {import('../paper').Paper} paper
 */
function properties(error, paper) {
  const own = Object.entries(error.properties ?? {}).slice(0, 20);
  if (error.code != null) own.unshift(['code', error.code]);
  const labels = own.map(([name]) => clip(printable(name), 30));
  const columns = Math.max(0, ...labels.map(width));
  return own.flatMap(([, value], index) => {
    const label = paper.style.dim(padEnd(labels[index], columns));
    return valueLines(paper, asValue(value), `  ${label}  `, 2, columns + 4);
  });
}

/**
 * @param {string | null} stack
 * @param {import('../paper').Paper} paper
 * @param {number} limit
 */
function stackText(stack, paper, limit) {
  if (!stack) return [];
  // The first lines repeat name and message, which stand above already.
  const start = /^ +at /m.exec(stack.slice(0, 100_000))?.index;
  if (start === undefined) return [];
  const { lines, omitted } = printableLines(stack.slice(start), limit);
  const shown = lines.map((line) => stackTextLine(paper, line));
  return omitted ? [...shown, paper.style.dim('    … more (--all shows them)')] : shown;
}

/**
 * Properties may be values of the file's own form, or any JSON.
 * @param {any} value
 */
function asValue(value) {
  if (typeof value?.text === 'string' && typeof value?.type === 'string') return value;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return { type: typeof value, text: typeof value === 'string' ? JSON.stringify(value) : text };
}

module.exports = { title: '', render };
