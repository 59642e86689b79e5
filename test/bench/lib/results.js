'use strict';

const fs = require('node:fs');

/** @typedef {import('./types').WorkloadResult} WorkloadResult */
/** @typedef {{workload: string, nodeVersion: string}} Measured what one is kept by */

/**
 * @param {string} file
 * @returns {WorkloadResult[]}
 */
function readResults(file) {
  if (!fs.existsSync(file)) return [];
  return JSON.parse(fs.readFileSync(file, 'utf8')).results;
}

/**
 * Puts new results in the place of older ones of the same workload and Node release line, so that
 * a long benchmark can be run in parts.
 * @param {string} file
 * @param {Measured} result
 */
function addResult(file, result) {
  const others = readResults(file).filter((old) => key(old) !== key(result));
  const text = JSON.stringify({ schema: 1, results: [...others, result] }, null, 1);
  fs.writeFileSync(`${file}.partial`, `${text}\n`);
  fs.renameSync(`${file}.partial`, file);
}

/** @param {Measured} result */
const key = (result) => `${result.workload} ${result.nodeVersion.split('.', 1)[0]}`;

module.exports = { addResult, readResults };
