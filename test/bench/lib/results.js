'use strict';

const fs = require('node:fs');

/** @typedef {import('./types').WorkloadResult} WorkloadResult */
/** @typedef {{workload: string, nodeVersion: string, arm?: string}} Kept what a result is kept by */

const SCHEMA = 2;

/** Of raw figures; more would be noise. */
const DIGITS = 6;

/**
 * @param {string} file
 * @returns {WorkloadResult[]} none of a file of an older shape, which is then written anew
 */
function readResults(file) {
  if (!fs.existsSync(file)) return [];
  const { schema, results } = JSON.parse(fs.readFileSync(file, 'utf8'));
  return schema === SCHEMA ? results : [];
}

/**
 * Puts new results in the place of older ones of the same workload and Node release line, so that
 * a long benchmark can be run in parts.
 * @param {string} file
 * @param {Kept} result
 */
function addResult(file, result) {
  const others = readResults(file).filter((old) => key(old) !== key(result));
  const lines = [...others, result].map((one) => JSON.stringify(one, shorten)).join(',\n');
  fs.writeFileSync(`${file}.partial`, `{"schema":${SCHEMA},"results":[\n${lines}\n]}\n`);
  fs.renameSync(`${file}.partial`, file);
}

/** @param {string} name @param {unknown} value */
const shorten = (name, value) =>
  typeof value === 'number' && name !== 'memoryBytes' ? Number(value.toPrecision(DIGITS)) : value;

/** @param {Kept} result */
const key = ({ workload, nodeVersion, arm = '' }) =>
  `${workload} ${nodeVersion.split('.', 1)[0]} ${arm}`;

module.exports = { addResult, readResults };
