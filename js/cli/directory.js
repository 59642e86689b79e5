/** What lies in a directory that loopdet writes to; reads only the start of each file. */

const fs = require('node:fs');
const path = require('node:path');
const { UnreadableFile } = require('../replay/crash-file');

/** Error, header and frames come first in a crash file: this much holds the error of most. */
const HEAD_BYTES = 64 * 1024;
const DATED =
  /^(crash|CPU|Heap|stall)\.(\d{8})\.(\d{6})\.(\d+)\.(\d+)\.(\d{3,})\.(json|cpuprofile|heapsnapshot)((?:\.\d+)?\.partial)?$/;
const RING = /^blackbox\.(\d+)(?:\.\d+)?\.ring(\.damaged)?$/;

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} file with its directory
 * @property {string} kind crash, CPU, Heap, stall or blackbox
 * @property {string} time local, YYYY-MM-DD HH:MM:SS
 * @property {number} pid
 * @property {number | null} tid 0 is the main thread
 * @property {number} bytes
 * @property {boolean} partial not renamed yet: being written, or its writer died
 * @property {string} what error or cause, in a line
 */

/**
 * @param {string} directory
 * @returns {Entry[]} newest first
 */
function listDirectory(directory) {
  const entries = /** @type {(Entry & { order: string })[]} */ ([]);
  for (const name of namesIn(directory)) {
    const entry = describe(directory, name);
    if (entry) entries.push(entry);
  }
  entries.sort((a, b) => (a.order < b.order ? 1 : a.order > b.order ? -1 : 0));
  return entries.map(({ order, ...entry }) => entry);
}

/** @param {string} directory */
function namesIn(directory) {
  try {
    return fs.readdirSync(directory);
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
 * @returns {(Entry & { order: string }) | null}
 */
function describe(directory, name) {
  const dated = DATED.exec(name);
  const ring = RING.exec(name);
  if (!dated && !ring) return null;
  const file = path.join(directory, name);
  let stat;
  try {
    stat = fs.lstatSync(file);
  } catch {
    return null; // pruned in this moment
  }
  if (!stat.isFile()) return null;
  const common = { name, file, bytes: stat.size };
  if (ring) {
    const time = localTime(stat.mtime);
    const what = boxHeadline(Number(ring[1]), ring[2] !== undefined);
    const kind = { kind: 'blackbox', time, pid: Number(ring[1]), tid: null };
    return { ...common, ...kind, partial: false, what, order: time };
  }
  const [, kind, date, clock, pid, tid, sequence, , partial] = /** @type {string[]} */ (dated);
  const time = `${date.replace(/(....)(..)(..)/, '$1-$2-$3')} ${clock.replace(/(..)(..)(..)/, '$1:$2:$3')}`;
  return {
    ...common,
    kind,
    time,
    pid: Number(pid),
    tid: Number(tid),
    partial: partial !== undefined,
    what: partial ? 'not finished' : headline(file, kind, stat.size),
    order: `${time} ${sequence.padStart(9, '0')} ${kind}`,
  };
}

/** @param {Date} date */
function localTime(date) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/**
 * @param {string} file
 * @param {string} kind
 * @param {number} size
 */
function headline(file, kind, size) {
  if (kind === 'CPU') return 'CPU profile';
  if (kind === 'Heap') return 'heap snapshot';
  if (size === 0) return 'empty';
  const document = readStart(file, size);
  if (!document) return 'damaged';
  return kind === 'stall' ? stallHeadline(document) : crashHeadline(document);
}

/**
 * @param {number} pid
 * @param {boolean} isDamaged
 */
function boxHeadline(pid, isDamaged) {
  if (isDamaged) return 'flight recorder, damaged';
  return isAlive(pid)
    ? 'flight recorder of a process that runs'
    : 'flight recorder of a process that has ended: loopdet recover';
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {any} document */
function stallHeadline({ stall, complete }) {
  const cause = typeof stall?.cause === 'string' ? stall.cause : 'unknown cause';
  const ms = stall?.durationMs ?? stall?.sinceMs;
  if (typeof ms !== 'number') return cause;
  return `${cause}, ${Math.round(ms)} ms${complete === false ? ' so far' : ''}`;
}

/** @param {any} document */
function crashHeadline({ kind, error, Paused }) {
  const parts = [error?.name, error?.message].filter((part) => typeof part === 'string' && part);
  const first = parts.join(': ').split('\n', 1)[0];
  if (first) return first;
  const thrown = error?.thrownValue?.text ?? Paused?.[0]?.data?.description;
  if (typeof thrown === 'string') return `${kind ?? 'thrown'}: ${thrown.split('\n', 1)[0]}`;
  return typeof kind === 'string' ? kind : '';
}

/**
 * The start of a JSON file as an object: what is open at the end of the chunk is closed.
 * @param {string} file
 * @param {number} size
 * @returns {any} null when even the start is no JSON object, or the end of the file is missing
 */
function readStart(file, size) {
  let descriptor;
  try {
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const buffer = Buffer.alloc(Math.min(size, HEAD_BYTES));
    const length = fs.readSync(descriptor, buffer, 0, buffer.length, 0);
    const tail = Buffer.alloc(Math.min(size, 16));
    fs.readSync(descriptor, tail, 0, tail.length, size - tail.length);
    if (!tail.toString('latin1').trimEnd().endsWith('}')) return null;
    const text = buffer.toString('utf8', 0, length);
    const document = JSON.parse(size > HEAD_BYTES ? closeOpenEnds(text) : text);
    return typeof document === 'object' ? document : null;
  } catch {
    return null;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/**
 * Cuts after the last complete member and closes what is open there.
 * @param {string} text the start of a JSON document
 * @returns {string}
 */
function closeOpenEnds(text) {
  const open = [];
  let inString = false;
  let safe = { end: 0, open: '' };
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') open.push('}');
    else if (character === '[') open.push(']');
    else if (character === '}' || character === ']') open.pop();
    else if (character === ',') safe = { end: index, open: open.toReversed().join('') };
  }
  return text.slice(0, safe.end) + safe.open;
}

module.exports = { closeOpenEnds, listDirectory };
