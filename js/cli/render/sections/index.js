/**
 * TABLE of what `loopdet show` prints of a crash file, in order. A new section is one file and one
 * row. Each takes a normalised file and answers its lines, or null when it has nothing to say.
 */

/**
 * @typedef {object} Section
 * @property {string} title empty: no heading
 * @property {(file: import('../../../replay/crash-file').LoadedFile, paper: import('../paper').Paper,
 *   options: { all: boolean }) => { aside?: string, lines: string[] } | null} render
 */

const error = require('./error');
const process = require('./process');
const blackbox = require('./blackbox');
const frames = require('./frames');
const stall = require('./stall');
const lag = require('./lag');
const io = require('./io');
const profile = require('./profile');
const memory = require('./memory');
const notes = require('./notes');
const beside = require('./beside');

/** @type {Section[]} */
const CRASH_SECTIONS = [
  error,
  process,
  blackbox,
  frames,
  stall,
  lag,
  io,
  profile,
  memory,
  notes,
  beside,
];

/** @type {Section[]} */
const STALL_SECTIONS = [process, stall, io, notes, beside];

module.exports = { CRASH_SECTIONS, STALL_SECTIONS };
