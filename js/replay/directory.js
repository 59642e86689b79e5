/** What lies in a directory that loopdet writes to; reads only the start of each file. */

const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { UnreadableFile } = require('./crash-file');

/** Error, header and frames come first in a crash file: this much holds the error of most. */
const HEAD_BYTES = 64 * 1024;
const DATED =
  /^(crash|CPU|Heap|stall)\.(\d{8})\.(\d{6})\.(\d+)\.(\d+)\.(\d{3,})\.(json|cpuprofile|heapsnapshot)((?:\.\d+)?\.partial)?$/;
/** Whose start must be read to know. */
const OTHER = /\.json(?:\.gz)?$/;
const NOTHING_SAID = { program: '', nodeVersion: '', isCut: false };
/** Options of Node whose value may be the next word. */
const TAKES_A_WORD = new Set(['-r', '--require', '--import', '--loader', '-e', '--eval', '-C']);
const RING = /^blackbox\.(\d+)(?:\.\d+)?\.ring(\.damaged)?$/;

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} file with its directory
 * @property {string} kind crash, CPU, Heap, stall or blackbox
 * @property {string} time local, YYYY-MM-DD HH:MM:SS
 * @property {number | null} pid null: neither the name nor the start of the file says
 * @property {number | null} tid 0 is the main thread
 * @property {number} bytes
 * @property {boolean} partial not renamed yet: being written, or its writer died
 * @property {string} what error or cause, in a line
 * @property {string} program what was run; '' if the file does not say
 * @property {string} nodeVersion
 * @property {boolean} isCut something of the crash was left out
 *
 * @typedef {Map<string, {key: string, entry: (Entry & {order: string}) | null}>} Known files that were read before, by name
 */

/**
 * @param {string} directory
 * @param {Known} [known] of the listing before, which is brought up to date
 * @returns {Entry[]} newest first
 */
function listDirectory(directory, known = new Map()) {
  const entries = /** @type {(Entry & { order: string })[]} */ ([]);
  const names = new Set(namesIn(directory));
  for (const name of names) {
    const entry = describe(directory, name, known);
    if (entry) entries.push(entry);
  }
  for (const name of known.keys()) if (!names.has(name)) known.delete(name);
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
 * @param {Known} known
 * @returns {(Entry & { order: string }) | null}
 */
function describe(directory, name, known) {
  const dated = DATED.exec(name);
  const ring = RING.exec(name);
  if (!dated && !ring && !OTHER.test(name)) return null;
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
    return { ...common, ...kind, partial: false, what, ...NOTHING_SAID, order: time };
  }
  const key = `${stat.mtimeMs} ${stat.size}`;
  const before = known.get(name);
  if (before?.key === key) return before.entry;
  const remember = (/** @type {(Entry & { order: string }) | null} */ entry) => {
    known.set(name, { key, entry });
    return entry;
  };
  if (!dated) return remember(postmortem({ ...common, time: localTime(stat.mtime) }));
  const [, kind, date, clock, pid, tid, sequence, , partial] = /** @type {string[]} */ (dated);
  const time = `${date.replace(/(....)(..)(..)/, '$1-$2-$3')} ${clock.replace(/(..)(..)(..)/, '$1:$2:$3')}`;
  const entry = {
    ...common,
    kind,
    time,
    pid: Number(pid),
    tid: Number(tid),
    partial: partial !== undefined,
    ...(partial ? { what: 'not finished', ...NOTHING_SAID } : summary(file, kind, stat.size)),
    order: `${time} ${sequence.padStart(9, '0')} ${kind}`,
  };
  return remember(entry);
}

/**
 * A file of inspector-postmortem's, whose name says nothing.
 * @param {Pick<Entry, 'name' | 'file' | 'bytes' | 'time'>} common
 * @returns {(Entry & { order: string }) | null} null: it is none
 */
function postmortem(common) {
  const document = common.bytes > 0 ? readStart(common.file, common.bytes) : null;
  if (!Array.isArray(document?.Paused) || document.schemaVersion !== undefined) return null;
  const what = crashHeadline(document) || 'a crash file of inspector-postmortem';
  const kind = { kind: 'crash', pid: null, tid: null, partial: false };
  return { ...common, ...kind, what, ...NOTHING_SAID, order: common.time };
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
 * @returns {Pick<Entry, 'what' | 'program' | 'nodeVersion' | 'isCut'>}
 */
function summary(file, kind, size) {
  const only = (/** @type {string} */ what) => ({ what, ...NOTHING_SAID });
  if (kind === 'CPU') return only('CPU profile');
  if (kind === 'Heap') return only('heap snapshot');
  if (size === 0) return only('empty');
  const document = readStart(file, size);
  if (!document) return only('damaged');
  const { header, truncated } = document;
  return {
    what: kind === 'stall' ? stallHeadline(document) : crashHeadline(document),
    program: programOf(header?.commandLine),
    nodeVersion: typeof header?.nodejsVersion === 'string' ? header.nodejsVersion : '',
    isCut: Array.isArray(truncated) && truncated.length > 0,
  };
}

/** The first word that is no option. @param {unknown} commandLine */
function programOf(commandLine) {
  if (!Array.isArray(commandLine)) return '';
  const words = commandLine.slice(1).filter((word) => typeof word === 'string');
  const at = words.findIndex(
    (word, index) => !word.startsWith('-') && !TAKES_A_WORD.has(words[index - 1]),
  );
  return at === -1 ? '' : path.basename(words[at]);
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
    if (buffer[0] === 0x1f) return parseStart(startOfCompressed(buffer));
    const tail = Buffer.alloc(Math.min(size, 16));
    fs.readSync(descriptor, tail, 0, tail.length, size - tail.length);
    if (!tail.toString('latin1').trimEnd().endsWith('}')) return null;
    const text = buffer.toString('utf8', 0, length);
    const document = size > HEAD_BYTES ? parseStart(text) : JSON.parse(text);
    return typeof document === 'object' ? document : null;
  } catch {
    return null;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** @param {Buffer} head @returns {string} */
function startOfCompressed(head) {
  const { Z_SYNC_FLUSH } = zlib.constants;
  const options = { finishFlush: Z_SYNC_FLUSH, maxOutputLength: 64 * HEAD_BYTES };
  return zlib.gunzipSync(head, options).toString('utf8').slice(0, HEAD_BYTES);
}

/** @param {string} text the start of a JSON document @returns {any} */
function parseStart(text) {
  const document = JSON.parse(closeOpenEnds(text));
  return typeof document === 'object' ? document : null;
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
