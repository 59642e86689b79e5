/** A heap snapshot, or the difference of two, as a file by itself. */

const path = require('node:path');
const format = require('../../cli/render/format');
const { html } = require('../html');
const { layout } = require('./layout');
const { facts, section } = require('./parts');

const MOST_ROWS = 100;
// Of the picture, in its own units.
const WIDTH = 720;
const ROW = 22;
const MOST_BARS = 20;
const LABEL = 260;

/** @param {number} value */
const signedBytes = (value) => (value < 0 ? `−${format.bytes(-value)}` : `+${format.bytes(value)}`);

/**
 * Bars beside their names, to the left of a line what is below zero.
 * @param {{name: string, value: number, text: string}[]} all
 * @param {string} title for who cannot see it
 */
function bars(all, title) {
  const shown = all.slice(0, MOST_BARS);
  const most = Math.max(1, ...shown.map(({ value }) => Math.abs(value)));
  const hasNegative = shown.some(({ value }) => value < 0);
  const room = WIDTH - LABEL - 90;
  const zero = LABEL + (hasNegative ? room / 2 : 0);
  const scale = (hasNegative ? room / 2 : room) / most;
  const height = shown.length * ROW;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}" class="bars">
${shown.map(({ name, value, text }, row) => {
  const length = Math.max(1, Math.abs(value) * scale);
  const x = value < 0 ? zero - length : zero;
  const y = row * ROW;
  return html`<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end" font-size="12" fill="currentColor">${name.length > 38 ? `${name.slice(0, 37)}…` : name}</text><rect x="${x.toFixed(1)}" y="${y + 4}" width="${length.toFixed(1)}" height="${ROW - 8}" rx="2" fill="${value < 0 ? '#3a8f5c' : '#c46a2b'}"/><text x="${(Math.max(zero, x + length) + 6).toFixed(1)}" y="${y + 15}" font-size="11" fill="currentColor">${text}</text>`;
})}
</svg>`;
}

/** @param {string[]} names @param {unknown[][]} rows the first of each row is no number */
function numbers(names, rows) {
  const heads = names.map((name, at) =>
    at === 0 ? html`<th>${name}</th>` : html`<th class="number">${name}</th>`,
  );
  const row = (/** @type {unknown[]} */ cells) =>
    cells.map((cell, at) =>
      at === 0 ? html`<td>${cell}</td>` : html`<td class="number">${cell}</td>`,
    );
  return html`<table><thead><tr>${heads}</tr></thead><tbody>${rows.map((cells) => html`<tr>${row(cells)}</tr>`)}</tbody></table>`;
}

/**
 * @param {string} file
 * @param {{summary: any, classes: any[]}} answer of `loopdet heap summary`
 */
function summaryPage(file, { summary, classes }) {
  const suspects = summary.suspects.map(
    (/** @type {any} */ one) =>
      html`<li><b>${format.percent(100 * one.share)}</b> ${one.name ?? one.node?.name ?? one.kind}: ${one.why}</li>`,
  );
  return layout({
    title: path.basename(file),
    isFile: true,
    body: html`<p class="kicker">heap snapshot</p>
<h1>${path.basename(file)}</h1>
${facts([
  ['all', format.bytes(summary.totalSize)],
  ['objects', format.count(summary.nodes)],
  ['references', format.count(summary.edges)],
  ...Object.entries(summary.statistics).map(
    ([name, size]) => /** @type {[string, string]} */ ([name, format.bytes(Number(size))]),
  ),
])}
${suspects.length > 0 ? section('Suspects', html`<ul>${suspects}</ul>`) : null}
${section(
  'What holds most',
  bars(
    classes.map(({ name, retained }) => ({ name, value: retained, text: format.bytes(retained) })),
    'constructors by retained size',
  ),
)}
${section(
  'Constructors',
  numbers(
    ['Constructor', 'Retained', 'Shallow', 'Objects'],
    classes
      .slice(0, MOST_ROWS)
      .map(({ name, retained, self, count }) => [
        name,
        format.bytes(retained),
        format.bytes(self),
        format.count(count),
      ]),
  ),
)}
${section(
  'Largest objects',
  numbers(
    ['Object', 'Retained', 'Shallow', 'Id'],
    summary.largest.map((/** @type {any} */ { name, class: of = '', retained, self, id }) => [
      `${name}${of && of !== name ? ` (${of})` : ''}`,
      format.bytes(retained),
      format.bytes(self),
      `@${id}`,
    ]),
  ),
)}`,
  });
}

/**
 * @param {string[]} files
 * @param {any[]} classes of `loopdet heap diff` of two
 */
function differencePage([before, after], classes) {
  const grown = [...classes].sort((a, b) => Math.abs(b.sizeDelta) - Math.abs(a.sizeDelta));
  const total = classes.reduce((sum, { sizeDelta }) => sum + sizeDelta, 0);
  return layout({
    title: `${path.basename(before)} → ${path.basename(after)}`,
    isFile: true,
    body: html`<p class="kicker">heap snapshots compared</p>
<h1>${path.basename(before)} → ${path.basename(after)}</h1>
<p>${signedBytes(total)} in ${format.counted(classes.length, 'constructor')}</p>
${section(
  'What has changed most',
  bars(
    grown.map(({ name, sizeDelta }) => ({
      name,
      value: sizeDelta,
      text: signedBytes(sizeDelta),
    })),
    'constructors by the change of their size',
  ),
)}
${section(
  'Constructors',
  numbers(
    ['Constructor', 'Size', 'Objects', 'New', 'Gone'],
    grown
      .slice(0, MOST_ROWS)
      .map((one) => [
        one.name,
        signedBytes(one.sizeDelta),
        format.count(one.countDelta),
        format.count(one.addedCount),
        format.count(one.removedCount),
      ]),
  ),
)}`,
  });
}

module.exports = { differencePage, summaryPage };
