/** What lies in a directory that loopdet writes to; reads only the start of each file. */

const fs = require('node:fs');
const path = require('node:path');
const { UnreadableFile } = require('./crash-file');
const { HEAD_BYTES, entryOf, isOurs, parseStart } = require('./entry');

/**
 * @typedef {import('./entry').Entry} Entry
 * @typedef {Map<string, {key: string, entry: Entry | null}>} Known files that were read before, by name
 */

/**
 * The files in a directory and in its folders, one for each machine perhaps.
 * @param {string} directory
 * @param {Known} [known] of the listing before, which is brought up to date
 * @returns {Entry[]} newest first
 */
function listDirectory(directory, known = new Map()) {
  const entries = [];
  const names = new Set(namesIn(directory).filter(isOurs));
  for (const name of names) {
    const entry = describe(directory, name, known);
    if (entry) entries.push(entry);
  }
  for (const name of known.keys()) if (!names.has(name)) known.delete(name);
  return entries.sort(newestFirst);
}

/** @param {Entry} a @param {Entry} b */
function newestFirst(a, b) {
  return a.order < b.order ? 1 : a.order > b.order ? -1 : 0;
}

/** @param {string} directory @returns {string[]} */
function namesIn(directory) {
  const names = [];
  for (const found of readDirectory(directory)) {
    if (!found.isDirectory()) names.push(found.name);
    else if (found.name !== 'node_modules') names.push(...namesInFolder(directory, found.name));
  }
  return names;
}

/** @param {string} directory @param {string} folder @returns {string[]} */
function namesInFolder(directory, folder) {
  try {
    return fs.readdirSync(path.join(directory, folder)).map((name) => `${folder}/${name}`);
  } catch {
    return []; // nobody's to read, or gone in this moment
  }
}

/** @param {string} directory */
function readDirectory(directory) {
  try {
    return fs.readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOENT') {
      const remedy = 'nothing was written yet, or name another: loopdet ls DIR';
      throw new UnreadableFile(directory, 'no such directory', remedy);
    }
    if (code === 'ENOTDIR') {
      throw new UnreadableFile(directory, 'is a file', 'loopdet show FILE reads it');
    }
    throw new UnreadableFile(directory, `cannot be read (${code})`, 'check its permissions');
  }
}

/**
 * @param {string} directory
 * @param {string} name
 * @param {Known} known
 * @returns {Entry | null}
 */
function describe(directory, name, known) {
  const file = path.join(directory, name);
  let stat;
  try {
    stat = fs.lstatSync(file);
  } catch {
    return null; // pruned in this moment
  }
  if (!stat.isFile()) return null;
  // Whether the process of a black box lives may change while its file does not.
  const key = name.includes('blackbox.') ? '' : `${stat.mtimeMs} ${stat.size}`;
  const before = known.get(name);
  if (key && before?.key === key) return before.entry;
  const start = () => readStart(file, stat.size);
  const entry = entryOf({ name, file, bytes: stat.size, modified: stat.mtime, start });
  known.set(name, { key, entry });
  return entry;
}

/**
 * @param {string} file
 * @param {number} size
 * @returns {any} null when even the start is no JSON object, or the end of the file is missing
 */
function readStart(file, size) {
  let descriptor;
  try {
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const buffer = Buffer.alloc(Math.min(size, HEAD_BYTES));
    const head = buffer.subarray(0, fs.readSync(descriptor, buffer, 0, buffer.length, 0));
    const tail = Buffer.alloc(Math.min(size, 16));
    fs.readSync(descriptor, tail, 0, tail.length, size - tail.length);
    const isCompressed = head[0] === 0x1f;
    if (!isCompressed && !tail.toString('latin1').trimEnd().endsWith('}')) return null;
    return parseStart(head, size);
  } catch {
    return null;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

module.exports = { listDirectory, newestFirst };
