'use strict';

const v8 = require('node:v8');

// Measured on Node 20 to 26: writing a snapshot needs 1.5 to 3.2 times the used heap beside it.
const NEED_PER_USED_BYTE = 4;
const NEED_AT_LEAST = 64 * 1024 * 1024;

/**
 * Why a snapshot would be dangerous now, or ''.
 * @param {number | null} available bytes the machine or the container still has
 */
function whyTooLarge(available) {
  if (available === null) return '';
  const used = v8.getHeapStatistics().used_heap_size;
  const need = used * NEED_PER_USED_BYTE + NEED_AT_LEAST;
  if (need <= available) return '';
  const megabytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1048576)} MB`;
  return `a heap snapshot of ${megabytes(used)} may need ${megabytes(need)}, and ${megabytes(available)} are available`;
}

/**
 * Streams a snapshot to a file, piece by piece, and returns when it is whole. V8's own writer: from Node 22 on the
 * inspector's HeapProfiler puts a snapshot off to a task of the loop, which a blocked loop never runs.
 * @param {string} file replaced if it exists
 * @throws {Error} it could not be written
 */
function writeSnapshot(file) {
  v8.writeHeapSnapshot(file);
}

module.exports = { whyTooLarge, writeSnapshot };
