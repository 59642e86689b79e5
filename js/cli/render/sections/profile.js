const { failed, isInApp } = require('../../../replay/crash-file');
const format = require('../format');
const { clip, clipStart, padEnd, padStart, printable, width, wrap } = require('../text');

const MOST_FUNCTIONS = 12;
const NOTHING_YET =
  'none yet: it begins when the program first rests, or after a quarter of a second';

/**
 * Where the CPU time went, and what that looks like.
 * @type {import('./index').Section['render']}
 */
function render({ document }, paper, { all }) {
  const { profile } = document;
  if (profile === null || failed(profile)) return null;
  const length = format.duration(profile.durationMs);
  if (profile.topFunctions.length === 0 && profile.patterns.length === 0) {
    const isEarly = profile.samples <= 1;
    return isEarly ? { aside: length, lines: [`  ${paper.style.dim(NOTHING_YET)}`] } : null;
  }
  const lines = topFunctions(profile.topFunctions, paper, all);
  const patterns = profile.patterns.slice(0, 12).map(patternText);
  const columns = Math.max(0, ...patterns.map((/** @type {any} */ { title }) => width(title)));
  for (const { title, text } of patterns) {
    const label = `  ${paper.glyph.warn} ${padEnd(title, columns)}  `;
    const parts = wrap(text, Math.max(30, paper.columns - width(label)), 3);
    lines.push(paper.style.yellow(label) + parts[0]);
    for (const part of parts.slice(1)) lines.push(' '.repeat(width(label)) + part);
  }
  return { aside: `${length}, ${format.counted(profile.samples, 'sample')}`, lines };
}

/**
 * @param {{ functionName: string, url: string, line: number | null, column?: number | null,
 *   selfMs: number | null, percent: number | null }[]} functions
 * @param {import('../paper').Paper} paper
 * @param {boolean} all
 * @returns {string[]}
 */
function topFunctions(functions, paper, all) {
  const { style } = paper;
  const limit = all ? functions.length : MOST_FUNCTIONS;
  const most = functions.reduce((max, item) => Math.max(max, item.selfMs ?? 0), 0);
  const barColumns = paper.columns >= 100 ? 20 : 10;
  const shown = functions.slice(0, limit).map((item) => {
    const bar = paper.bar((item.selfMs ?? 0) / most, barColumns).padEnd(barColumns);
    const numbers = `${padStart(format.percent(item.percent), 6)} ${padStart(format.duration(item.selfMs), 9)}`;
    const name = printable(format.functionName(item.functionName));
    const place = printable(format.location(item));
    const used = 2 + 6 + 1 + 9 + 2 + barColumns + 2;
    const room = paper.columns - used - name.length - 2;
    const own = isInApp(item.url);
    const where = place && room > 12 ? `  ${clipStart(place, room)}` : '';
    const label = own ? style.bold(name) + style.cyan(where) : style.dim(name + where);
    return `  ${numbers}  ${own ? style.red(bar) : style.dim(bar)}  ${label}`;
  });
  if (functions.length > limit) shown.push(style.dim(`  … ${functions.length - limit} more`));
  return shown;
}

/**
 * @param {any} pattern a name, or an object with one
 * @returns {{ title: string, text: string }} printable
 */
function patternText(pattern) {
  if (typeof pattern === 'string') return { title: clip(printable(pattern), 30), text: '' };
  const first = (/** @type {string[]} */ ...names) =>
    names.map((name) => pattern?.[name]).find((value) => typeof value === 'string') ?? '';
  const share = typeof pattern?.percent === 'number' ? `${format.percent(pattern.percent)}  ` : '';
  const title = clip(printable(first('name', 'pattern', 'type')), 30);
  return { title, text: share + printable(first('message', 'detail', 'description', 'advice')) };
}

module.exports = { title: 'CPU profile', render, topFunctions };
