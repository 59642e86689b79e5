/** What `loopdet redact-check` tells: where, and by which rule; never the secret. */

const { printable } = require('./text');

const MAX_LINES = 50;

/**
 * @param {string} file
 * @param {{at: string, rule: string}[]} found
 * @param {import('./paper').Paper} paper
 * @returns {string}
 */
function renderSecrets(file, found, { style }) {
  if (found.length === 0) return `${printable(file)}: nothing that looks like a secret\n`;
  const lines = found
    .slice(0, MAX_LINES)
    .map(({ at, rule }) => `${style.red(printable(rule).padEnd(14))} ${printable(at)}`);
  if (found.length > MAX_LINES) lines.push(style.dim(`… and ${found.length - MAX_LINES} more`));
  return `${lines.join('\n')}\n`;
}

module.exports = { renderSecrets };
