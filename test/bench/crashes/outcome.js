'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { tracesOf, messageOf, requestOf } = require('./marks');

/** @typedef {import('./kinds').Kind} Kind */
/** @typedef {import('./tools').Tool} Tool */
/** @typedef {import('./tools').Captured} Captured */

/** How a process ended; killedAfterMs: 0 if it was not. @typedef {{code: number | null, signal: string | null, killedAfterMs: number, stderr: string[]}} End */

/**
 * What is found in what a tool left of a crash.
 * @param {Tool} tool
 * @param {Kind} kind
 * @param {number} seed
 * @param {string} folder the program's working directory
 * @returns {import('../lib/types').Figures}
 */
function figuresOf(tool, kind, seed, folder) {
  const bytes = sizeOf(folder); // before a black box becomes a crash file
  const captured = tool.read(folder);
  const text = textOf(folder);
  const most = (/** @type {(one: Captured) => number} */ of) => Math.max(0, ...captured.map(of));
  const found = (/** @type {string[]} */ traces) => traces.every((trace) => text.includes(trace));
  const message = kind.message(seed);
  const first = captured.find(({ captureMs }) => captureMs !== undefined && captureMs > 0);
  return {
    bytes,
    files: captured.length,
    ...(message === null
      ? {}
      : { message: Number(captured.some((one) => one.message.includes(message))) }),
    frames: most(({ frames }) => frames),
    framesWithLocals: most(({ framesWithLocals }) => framesWithLocals),
    locals: Object.values(tracesOf(seed)).filter(found).length,
    framesWithSource: most(({ framesWithSource }) => framesWithSource),
    samples: most(({ samples }) => samples),
    ...(kind.hasRequest
      ? { request: Number(captured.some(({ requests }) => requests.includes(requestOf(seed)))) }
      : {}),
    ...(first ? { captureMs: first.captureMs ?? 0, writeMs: first.writeMs ?? 0 } : {}),
  };
}

/** @param {string} folder @returns {string[]} */
function filesOf(folder) {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

/** @param {string} folder */
const sizeOf = (folder) => filesOf(folder).reduce((sum, file) => sum + fs.statSync(file).size, 0);

/** @param {string} folder */
const textOf = (folder) =>
  filesOf(folder)
    .map((file) => fs.readFileSync(file, 'latin1'))
    .join('\n');

/**
 * The lines that the program and Node printed, without what differs from run to run.
 * @param {string} stderr
 * @param {Tool} tool
 * @param {number} seed
 * @returns {string[]}
 */
function linesOf(stderr, tool, seed) {
  return (
    stderr
      .replaceAll(messageOf(seed), 'MESSAGE')
      .split('\n')
      .filter((line) => !tool.ownLines.some((own) => own.test(line)))
      // Native frames depend on what is loaded where, collections and how V8 gives up on the heap of the moment.
      .filter((line) => !/^ *\d+: 0x[\da-f]+ |\[\d+:0x[\da-f]+\] +\d+ ms: /.test(line))
      .map((line) => line.replace(/(Reached|Ineffective mark-compacts near) heap limit/, 'HEAP'))
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
  );
}

/** @param {string[]} list @param {string[]} others */
function without(list, others) {
  const left = [...others];
  return list.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/**
 * How an end differs from bare Node's, in words.
 * @param {End} end
 * @param {End} bare
 * @returns {string[]}
 */
function differencesOf(end, bare) {
  const how = (/** @type {End} */ { code, signal }) => signal ?? `exit code ${code}`;
  const differences = [];
  if (end.killedAfterMs > 0)
    differences.push(`did not end within ${end.killedAfterMs / 1000} s, was killed`);
  else if (how(end) !== how(bare)) differences.push(`${how(end)} in place of ${how(bare)}`);
  const missing = without(bare.stderr, end.stderr).length;
  const more = without(end.stderr, bare.stderr).length;
  if (missing || more) differences.push(`stderr: ${missing} lines missing, ${more} others`);
  return differences;
}

module.exports = { differencesOf, figuresOf, linesOf };
