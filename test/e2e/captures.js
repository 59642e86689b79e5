'use strict';

const { median } = require('../bench/lib/statistics');
const { run } = require('./harness.js');

const PAIRS = 5;

/**
 * What the capture of a program's crash takes with a feature of V8's and without it: the medians of five each, in pairs that
 * take turns. Others use the machine as well, and memory that rested may have to be brought back first, which takes as long.
 * @param {string} program
 * @param {string} feature of `loopdet doctor`
 * @param {{args?: string[], env?: Record<string, string>, load?: string[], check?: (crash: any) => void}} [options] `check`: of each crash file
 * @returns {Promise<{capture: number, without: number}>} milliseconds
 */
async function compareCaptures(program, feature, { args, env, load, check } = {}) {
  /** @type {Record<string, number[]>} */
  const all = { '': [], [feature]: [] };
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const without of pair % 2 === 0 ? ['', feature] : [feature, '']) {
      const result = await run(program, {
        args,
        load,
        env: { LOOPDET_V8_WITHOUT: without, ...env },
      });
      const crash = result.crash();
      check?.(crash);
      all[without].push(crash.capture.elapsedMs);
    }
  }
  return { capture: median(all['']), without: median(all[feature]) };
}

module.exports = { compareCaptures };
