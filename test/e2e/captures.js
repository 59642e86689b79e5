'use strict';

const { run } = require('./harness.js');

/**
 * What the capture of a program's crash takes with a feature of V8's and without it: the least of two each. Others use the
 * machine as well, and memory that rested may have to be brought back first, which takes as long.
 * @param {string} program
 * @param {string} feature of `loopdet doctor`
 * @param {{args?: string[], env?: Record<string, string>, check?: (crash: any) => void}} [options] `check`: of each crash file
 * @returns {Promise<{capture: number, without: number}>} milliseconds
 */
async function leastCaptures(program, feature, { args, env, check } = {}) {
  /** @type {Record<string, number>} */
  const least = {};
  for (const without of ['', feature, feature, '']) {
    const result = await run(program, { args, env: { LOOPDET_V8_WITHOUT: without, ...env } });
    const crash = result.crash();
    check?.(crash);
    least[without] = Math.min(crash.capture.elapsedMs, least[without] ?? Infinity);
  }
  return { capture: least[''], without: least[feature] };
}

module.exports = { leastCaptures };
