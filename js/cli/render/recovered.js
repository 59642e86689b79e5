/** What `loopdet recover` tells: one line for each black box. */

const path = require('node:path');
const { printable } = require('./text');

/**
 * @param {string} place
 * @param {import('../black-box').Recovered[]} boxes
 * @param {import('./paper').Paper} paper
 * @returns {string}
 */
function renderRecovered(place, boxes, { style }) {
  if (boxes.length === 0) return `no black box in ${printable(place)}\n`;
  const lines = boxes.map(({ box, pid, file, kind, removed, left, error }) => {
    const name = printable(path.basename(box));
    if (file) {
      const made = style.cyan(printable(path.basename(file)));
      return `${made}  ${style.bold(printable(kind))}  ${style.dim(`pid ${printable(pid)}`)}`;
    }
    if (removed) return `${name}  removed: ${printable(removed)}`;
    if (left) return style.dim(`${name}  left as it is: ${printable(left)}`);
    return style.red(printable(error));
  });
  return `${lines.join('\n')}\n`;
}

module.exports = { renderRecovered };
