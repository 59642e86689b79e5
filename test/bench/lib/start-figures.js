'use strict';

/** @type {Record<string, import('./types').Figure>} */
const START_FIGURES = {
  wallMs: { title: 'wall time', unit: 'ms', digits: 1, compare: 'ratio', noise: 'raises' },
};

module.exports = { START_FIGURES };
