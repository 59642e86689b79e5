'use strict';

const v8 = require('node:v8');

// Writing a snapshot takes V8 some 600 bytes for each object (Node 20 to 26): nothing beside a heap of long strings, 15
// times a heap of the smallest objects. This is for objects of 75 bytes.
const NEED_PER_USED_BYTE = 8;
const NEED_AT_LEAST = 64 * 1024 * 1024;

// Counting takes a set of all objects: 1.3 to 1.9 times a heap of small ones.
const COUNT_NEEDS_PER_USED_BYTE = 2.5;
// And 1.5 seconds for 80 MB of small objects, in which a process that is out of memory does not end, and one that may go on
// stands still.
const MAX_COUNTED_BYTES = 200 * 1024 * 1024;

/** @param {number} bytes */
function megabytes(bytes) {
  return `${Math.round(bytes / 1048576)} MB`;
}

/**
 * Why there is not enough memory, or ''.
 * @param {string} what
 * @param {number} perUsedByte of the heap
 * @param {number | null} available bytes the machine or the container still has
 */
function whyNoRoom(what, perUsedByte, available) {
  if (available === null) return '';
  const used = v8.getHeapStatistics().used_heap_size;
  const need = used * perUsedByte + NEED_AT_LEAST;
  if (need <= available) return '';
  return `${what} of ${megabytes(used)} may need ${megabytes(need)}, and ${megabytes(available)} are available`;
}

/** Why a snapshot would be dangerous now, or ''. @param {number | null} available */
function whyTooLarge(available) {
  return whyNoRoom('a heap snapshot', NEED_PER_USED_BYTE, available);
}

/** Why what is on the heap cannot be counted now, or ''. @param {number | null} available */
function whyNotCounted(available) {
  const used = v8.getHeapStatistics().used_heap_size;
  if (used > MAX_COUNTED_BYTES)
    return `counting what is on a heap of ${megabytes(used)} would hold up the end of the process`;
  return whyNoRoom('counting what is on a heap', COUNT_NEEDS_PER_USED_BYTE, available);
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

module.exports = { whyNotCounted, whyTooLarge, writeSnapshot };
