'use strict';

const fs = require('node:fs');
const path = require('node:path');

const FUNCTIONS = 12;

/**
 * Writes scripts of the size and shape of common library modules.
 * @param {string} folder made if missing; left alone if there
 * @param {number} count
 */
function writeScripts(folder, count) {
  if (fs.existsSync(folder)) return;
  fs.mkdirSync(folder);
  for (let index = 0; index < count; index++) {
    const name = `script-${String(index).padStart(4, '0')}.js`;
    fs.writeFileSync(path.join(folder, name), scriptText(index));
  }
}

/** @param {number} index */
function scriptText(index) {
  const functions = Array.from(
    { length: FUNCTIONS },
    (_, number) => `
function helper${number}(list, options) {
  const kept = list.filter((value) => value !== options.skip);
  const label = \`script ${index} helper ${number} \${kept.length}\`;
  const state = { label, kept, options, created: ${index * FUNCTIONS + number} };
  for (const value of kept) state.last = value + state.created;
  return state.last ?? 0;
}
`,
  );
  return `'use strict';

const OPTIONS = { skip: ${index}, name: 'script-${index}' };
${functions.join('')}
class Basket {
  constructor(order) {
    this.order = order;
  }

  sum() {
    const { items } = this.order;
    return items.map((item) => item * 2).reduce((left, right) => left + right, 0);
  }
}

exports.total = function total(order) {
  const basket = new Basket(order);
  return basket.sum() + helper0([1, 2, 3], OPTIONS);
};
exports.helpers = [${Array.from({ length: FUNCTIONS }, (_, number) => `helper${number}`).join(', ')}];
`;
}

module.exports = { writeScripts };
