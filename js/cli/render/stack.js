/** Stacks: the program's own functions stand out, Node's and packages' step back. */

const { isInApp } = require('../../replay/crash-file');
const { functionName, location } = require('./format');
const { clip, clipStart, padEnd, printable, width } = require('./text');

/** @typedef {import('./paper').Paper} Paper */

const LONGEST_NAME = 60;
/** @typedef {{ functionName: string, url: string, line: number | null, column: number | null }} Entry */

/**
 * @param {Paper} paper
 * @param {Entry[]} stack innermost first
 * @param {{ indent: string, limit: number }} options
 * @returns {string[]}
 */
function stackLines(paper, stack, { indent, limit }) {
  const shown = stack.slice(0, limit);
  const names = shown.map((entry) =>
    clip(printable(functionName(entry.functionName)), LONGEST_NAME),
  );
  const nameColumns = Math.min(32, Math.max(0, ...names.map(width)));
  const lines = shown.map((entry, index) => {
    const name = padEnd(names[index], nameColumns);
    const used = indent.length + Math.max(nameColumns, width(name)) + 2;
    const place = clipStart(printable(location(entry)), Math.max(24, paper.columns - used));
    return isInApp(entry.url)
      ? `${indent}${paper.style.bold(name)}  ${paper.style.cyan(place)}`.trimEnd()
      : paper.style.dim(`${indent}${name}  ${place}`.trimEnd());
  });
  if (stack.length > limit) {
    lines.push(paper.style.dim(`${indent}… ${stack.length - limit} more`));
  }
  return lines;
}

/**
 * The text of `error.stack`, whose lines are only recognised, never trusted.
 * @param {Paper} paper
 * @param {string} line printable
 */
function stackTextLine(paper, line) {
  if (!/^\s+at /.test(line)) return line;
  if (/[( ]node:|\/node_modules\/|<anonymous>\)?$/.test(line)) return paper.style.dim(line);
  return line;
}

/**
 * The function a reader should look at: the innermost one of the program, or just the innermost.
 * @param {Entry[]} stack
 * @returns {Entry | undefined}
 */
function culprit(stack) {
  return stack.find((entry) => isInApp(entry.url)) ?? stack[0];
}

/**
 * What was done to what; an HTTP target begins with its method.
 * @param {{ method?: string | null, target?: string | null }} operation
 */
function operationText({ method, target }) {
  const text = target ?? '';
  return method && !text.startsWith(`${method} `) ? `${method} ${text}`.trimEnd() : text;
}

module.exports = { culprit, operationText, stackLines, stackTextLine };
