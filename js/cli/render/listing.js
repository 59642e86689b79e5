/** The table of `loopdet ls`. */

const format = require('./format');
const { table } = require('./paper');
const { clip, printable } = require('./text');

const HEAD = ['WHEN', 'KIND', 'PID', 'TID', 'SIZE'];

/**
 * @param {string} directory
 * @param {import('../../replay/entry').Entry[]} files
 * @param {import('./paper').Paper} paper
 * @returns {string}
 */
function renderListing(directory, files, paper) {
  if (files.length === 0) return `no files of loopdet in ${printable(directory)}\n`;
  const { style } = paper;
  const rows = files.map((entry) => [
    entry.time,
    entry.kind,
    entry.pid === null ? '' : String(entry.pid),
    entry.tid === null ? '' : String(entry.tid),
    format.bytes(entry.bytes),
  ]);
  const columns = /** @type {import('./paper').Column[]} */ ([
    {},
    {},
    { align: 'right' },
    { align: 'right' },
    { align: 'right' },
  ]);
  const [title, ...lines] = table(paper, columns, [HEAD, ...rows], '');
  const longest = Math.max(...files.map((entry) => printable(entry.name).length));
  const used = Math.max(...[title, ...lines].map((line) => line.length)) + 2;
  // A pipe gets one unclipped line per file, for grep and awk; so does a wide terminal.
  const isWide = !paper.isTerminal || paper.columns - used - longest - 2 >= 40;
  const room = paper.isTerminal ? paper.columns - used - (isWide ? longest + 2 : 0) : 2000;
  const result = [
    style.dim(`${title.padEnd(used)}${isWide ? 'FILE'.padEnd(longest + 2) : ''}WHAT`),
  ];
  for (const [index, entry] of files.entries()) {
    const colour = entry.kind === 'crash' ? style.bold : (/** @type {string} */ text) => text;
    const name = printable(entry.name);
    const what = colour(clip(printable(entry.what), room));
    const file = isWide ? `${style.cyan(name.padEnd(longest))}  ` : '';
    result.push(`${lines[index].padEnd(used)}${file}${what}`.trimEnd());
    if (!isWide) result.push(`  ${style.cyan(name)}`);
  }
  return `${result.join('\n')}\n`;
}

module.exports = { renderListing };
