'use strict';

/** @typedef {import('../types').Kind} Kind */

/**
 * The kinds of blocks. A further kind is one more file and one more row.
 * @type {Kind[]}
 */
const KINDS = [
  require('./timer'),
  require('./immediate'),
  require('./fs-stat'),
  require('./random-bytes'),
  require('./socket-data'),
  require('./http-request'),
  require('./microtask-chain'),
  require('./long-microtask'),
  require('./tick-chain'),
  require('./pbkdf2'),
  require('./gzip'),
  require('./json-parse'),
  require('./regexp'),
  require('./exec-sync'),
  require('./read-pipe'),
  require('./atomics-wait'),
  require('./forced-gc'),
  require('./allocation'),
  require('./stopped-busy'),
  require('./stopped-idle'),
  require('./starved'),
  require('./throttled'),
];

/**
 * @param {string} name
 * @returns {Kind}
 */
function findKind(name) {
  const kind = KINDS.find((candidate) => candidate.name === name);
  if (!kind) throw new Error(`no kind of block is named ${name}`);
  return kind;
}

module.exports = { KINDS, findKind };
