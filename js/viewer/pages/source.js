/** Lines of a script around a position. */

const { linesOf } = require('../../cli/render/source');
const { html } = require('../html');

const AROUND = 4;
const MAX_LINE = 400;

/**
 * @param {unknown} source
 * @param {{line: number | null, column?: number | null}} position from 1
 * @param {number} startLine of the script in its file, from 0
 */
function excerpt(source, { line, column }, startLine) {
  if (typeof source !== 'string' || !line) return null;
  const own = line - startLine;
  const lines = linesOf(source, own - AROUND, own + AROUND);
  if (!lines.some(({ number }) => number === own)) return null;
  return html`<table class="source"><tbody>${lines.map(({ number, text }) => {
    const here = number === own;
    const plain = text.replace(/\r$/, '');
    const code = here ? marked(plain, column) : plain.slice(0, MAX_LINE);
    return html`<tr${here ? html` class="here"` : null}><th>${number + startLine}</th><td><code>${code}</code></td></tr>`;
  })}</tbody></table>`;
}

/** The line with the place in it that is meant; one of minified code is shown around it. @param {string} text @param {number | null | undefined} column */
function marked(text, column) {
  if (!column || column > text.length) return text.slice(0, MAX_LINE);
  const at = column - 1;
  const from = at > MAX_LINE / 2 ? at - MAX_LINE / 2 : 0;
  const word = /^(?:[\w$]+|.)/su.exec(text.slice(at, at + MAX_LINE))?.[0] ?? '';
  const after = at + word.length;
  return html`${from > 0 ? '…' : ''}${text.slice(from, at)}<mark>${word}</mark>${text.slice(after, from + MAX_LINE)}`;
}

module.exports = { excerpt };
