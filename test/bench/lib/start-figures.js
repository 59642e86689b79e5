'use strict';

/** @type {Record<string, import('./types').Figure>} */
const START_FIGURES = {
  wallMs: { title: 'wall time', unit: 'ms', digits: 1, compare: 'difference' },
};

/** @type {import('./types').Limit[]} */
const START_LIMITS = [
  { figure: 'wallMs', base: 'session', arm: 'loopdet', differenceAtMost: 8 },
  { figure: 'wallMs', base: 'bare', arm: 'no-profile', differenceAtMost: 8 },
];

module.exports = { START_FIGURES, START_LIMITS };
