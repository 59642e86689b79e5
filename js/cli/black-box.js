/** Black boxes, which only the compiled addon can read. It records nothing by being loaded. */

const fs = require('node:fs');
const path = require('node:path');
const { UnreadableFile, interpret } = require('../replay/crash-file');

/**
 * What became of one box: exactly one of file, removed, left and error is there.
 * @typedef {object} Recovered
 * @property {string} box
 * @property {number} [pid]
 * @property {string} [file] the crash file that was made
 * @property {string} [kind] and its kind
 * @property {string} [removed] why it is gone without a file
 * @property {string} [left] why it stays as it is
 * @property {string} [error]
 */

/** The other commands must work where there is no compiled addon. */
const binding = () => require('../binding').loadBinding();

/** @param {string} file */
const isBox = (file) => /^blackbox\.[\d.]+\.ring(?:\.damaged)?$/.test(path.basename(file));

/**
 * @param {string} file a box, of a process that lives or is dead
 * @returns {import('../replay/crash-file').LoadedFile} the crash file it would become
 */
function readBox(file) {
  const { size } = statOf(file);
  const { document, error } = JSON.parse(binding().readBox(file));
  // The message names the file already.
  if (error) {
    const problem = error.startsWith(`${file}: `) ? error.slice(file.length + 2) : error;
    throw new UnreadableFile(file, problem, 'nothing in it can be shown');
  }
  return { file, bytes: size, ...interpret(file, document) };
}

/**
 * @param {string} place directory or box
 * @param {{ keep: boolean, keepFiles: number, keepMegabytes: number }} options
 * @returns {Recovered[]}
 */
function recover(place, options) {
  statOf(place);
  return JSON.parse(binding().recover(JSON.stringify({ path: place, ...options })));
}

/** @param {string} place */
function statOf(place) {
  try {
    return fs.statSync(place);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    const problem = code === 'ENOENT' ? 'no such file or directory' : `cannot be read (${code})`;
    throw new UnreadableFile(place, problem, 'loopdet ls DIR lists the files of a directory');
  }
}

module.exports = { isBox, readBox, recover };
