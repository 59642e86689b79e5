'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Instructions by function, of all threads. @typedef {Map<string, number>} Counts */

const FILE = 'cachegrind.out';
/** How it is started: in front of the program and its arguments. */
const COMMAND = [
  '--tool=cachegrind',
  '--cache-sim=no',
  // V8 writes code all the time.
  '--smc-check=all-non-file',
  `--cachegrind-out-file=${FILE}`,
];

/**
 * What a program that ran in this folder has left there.
 * @param {string} folder
 * @returns {Counts}
 */
function readCounts(folder) {
  /** @type {Counts} */
  const counts = new Map();
  let name = '';
  for (const line of fs.readFileSync(path.join(folder, FILE), 'utf8').split('\n')) {
    if (line.startsWith('fn=')) {
      name = line.slice('fn='.length);
    } else if (/^\d/.test(line)) {
      counts.set(name, (counts.get(name) ?? 0) + Number(line.split(' ')[1]));
    }
  }
  return counts;
}

/**
 * TABLE of what a function belongs to: the first row that fits. V8's own names, of Node 20 to 26.
 * @type {{part: string, fits: RegExp}[]}
 */
const PARTS = [
  { part: 'addon', fits: /loopdet/ },
  // Written at run time: JavaScript, and V8's regular expressions.
  { part: 'compiled JavaScript', fits: /^\?\?\?/ },
  { part: 'built-ins', fits: /^Builtins_/ },
  {
    part: 'compiling',
    fits: /compiler::|maglev::|baseline::|interpreter::|turboshaft|Compil|Pars[ei]|Scanner|Zone|Assembler|RelocI|FeedbackNexus/,
  },
  {
    part: 'memory',
    fits: /Mark|Scaveng|Sweep|Heap::|PageMetadata|MemoryChunk|Evacuat|FreeList|Visitor|Space::|Worklist|BodyDescriptor|heap::base|_int_|malloc|^free|unlink_chunk/,
  },
  { part: 'runtime of V8', fits: /v8::/ },
  { part: 'Node, libuv, libc', fits: /^/ },
];
// They come in lumps: one collection more in what is counted says nothing of an operation.
const IN_LUMPS = ['compiling', 'memory'];

/** @param {string} name of a function @returns {string} */
const partOf = (name) =>
  /** @type {{part: string}} */ (PARTS.find(({ fits }) => fits.test(name))).part;

/**
 * @param {Counts} counts
 * @returns {Record<string, number>} by part
 */
function sumParts(counts) {
  const parts = Object.fromEntries(PARTS.map(({ part }) => [part, 0]));
  for (const [name, count] of counts) parts[partOf(name)] += count;
  return parts;
}

/** @param {string} name of a function */
const isSteady = (name) => !IN_LUMPS.includes(partOf(name));

/** Without what comes in lumps. @param {Record<string, number>} parts */
const steady = (parts) =>
  Object.entries(parts).reduce(
    (total, [part, count]) => (IN_LUMPS.includes(part) ? total : total + count),
    0,
  );

/**
 * @param {Counts} more
 * @param {Counts} less
 * @param {number} parts
 * @returns {Counts} a part of what there is more in the first
 */
function difference(more, less, parts) {
  const names = new Set([...more.keys(), ...less.keys()]);
  return new Map(
    [...names].map((name) => [name, ((more.get(name) ?? 0) - (less.get(name) ?? 0)) / parts]),
  );
}

module.exports = { COMMAND, PARTS, difference, isSteady, readCounts, steady, sumParts };
