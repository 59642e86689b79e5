/** What a file of ours is, by its name and its start: of a file on disk, or in a bucket. */

const path = require('node:path');
const zlib = require('node:zlib');

/** Error, header and frames come first in a crash file: this much holds the error of most. */
const HEAD_BYTES = 64 * 1024;
const DATED =
  /^(crash|CPU|Heap|stall)\.(\d{8})\.(\d{6})\.(\d+)\.(\d+)\.(\d{3,})\.(json|cpuprofile|heapsnapshot)((?:\.\d+)?\.partial)?$/;
const RING = /^blackbox\.(\d+)(?:\.\d+)?\.ring(\.damaged)?$/;
/** Whose start must be read to know. */
const OTHER = /\.json(?:\.gz)?$/;
const NOTHING_SAID = { program: '', machine: '', nodeVersion: '', isCut: false };
/** Options of Node whose value may be the next word. */
const TAKES_A_WORD = new Set(['-r', '--require', '--import', '--loader', '-e', '--eval', '-C']);

/**
 * @typedef {object} Entry
 * @property {string} name below the directory: with the folder, if it is in one
 * @property {string} file where it is
 * @property {string} kind crash, CPU, Heap, stall or blackbox
 * @property {string} time local, YYYY-MM-DD HH:MM:SS
 * @property {number | null} pid null: neither the name nor the start of the file says
 * @property {number | null} tid 0 is the main thread
 * @property {number} bytes
 * @property {boolean} partial not renamed yet: being written, or its writer died
 * @property {string} what error or cause, in a line; '' if it is not known yet
 * @property {string} program what was run; '' if the file does not say
 * @property {string} machine where; '' if the file does not say
 * @property {string} nodeVersion
 * @property {boolean} isCut something of the crash was left out
 * @property {string} order newest last
 *
 * A file, wherever it is.
 * @typedef {object} Found
 * @property {string} name
 * @property {string} file
 * @property {number} bytes
 * @property {Date} modified
 * @property {() => any} start the start of its JSON, null if that is none, undefined if it is not known yet
 */

/** Whether it may be one of ours. @param {string} name */
function isOurs(name) {
  const base = path.basename(name);
  return DATED.test(base) || RING.test(base) || OTHER.test(base);
}

/** Whether its name says all that there is to say. @param {string} name */
function isSaidByName(name) {
  return /^(?:CPU|Heap|blackbox)\./.test(path.basename(name)) || name.endsWith('.partial');
}

/**
 * @param {Found} found
 * @returns {Entry | null} null: it is none of ours
 */
function entryOf(found) {
  const { name, file, bytes, modified, start } = found;
  const base = path.basename(name);
  const common = { name, file, bytes };
  const ring = RING.exec(base);
  if (ring) {
    const time = localTime(modified);
    const what = boxHeadline(Number(ring[1]), ring[2] !== undefined, name !== base);
    const kind = { kind: 'blackbox', time, pid: Number(ring[1]), tid: null };
    return { ...common, ...kind, partial: false, what, ...NOTHING_SAID, order: time };
  }
  const dated = DATED.exec(base);
  if (!dated) return postmortem(common, localTime(modified), bytes > 0 ? start() : null);
  const [, kind, date, clock, pid, tid, sequence, , partial] = dated;
  const time = `${date.replace(/(....)(..)(..)/, '$1-$2-$3')} ${clock.replace(/(..)(..)(..)/, '$1:$2:$3')}`;
  return {
    ...common,
    kind,
    time,
    pid: Number(pid),
    tid: Number(tid),
    partial: partial !== undefined,
    ...(partial ? { what: 'not finished', ...NOTHING_SAID } : summary(kind, bytes, start)),
    order: `${time} ${sequence.padStart(9, '0')} ${kind}`,
  };
}

/**
 * A file of inspector-postmortem's, whose name says nothing.
 * @param {Pick<Entry, 'name' | 'file' | 'bytes'>} common
 * @param {string} time
 * @param {any} document
 * @returns {Entry | null} null: it is none
 */
function postmortem(common, time, document) {
  if (!Array.isArray(document?.Paused) || document.schemaVersion !== undefined) return null;
  const what = crashHeadline(document) || 'a crash file of inspector-postmortem';
  const kind = { kind: 'crash', time, pid: null, tid: null, partial: false };
  return { ...common, ...kind, what, ...NOTHING_SAID, order: time };
}

/** @param {Date} date */
function localTime(date) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/**
 * @param {string} kind
 * @param {number} size
 * @param {Found['start']} start
 * @returns {Pick<Entry, 'what' | 'program' | 'machine' | 'nodeVersion' | 'isCut'>}
 */
function summary(kind, size, start) {
  const only = (/** @type {string} */ what) => ({ what, ...NOTHING_SAID });
  if (kind === 'CPU') return only('CPU profile');
  if (kind === 'Heap') return only('heap snapshot');
  if (size === 0) return only('empty');
  const document = start();
  if (document === undefined) return only('');
  if (!document) return only('damaged');
  const { header, truncated } = document;
  const text = (/** @type {unknown} */ value) => (typeof value === 'string' ? value : '');
  return {
    what: kind === 'stall' ? stallHeadline(document) : crashHeadline(document),
    program: programOf(header?.commandLine),
    machine: text(header?.hostname),
    nodeVersion: text(header?.nodejsVersion),
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
 * @param {boolean} isOfElsewhere another machine's, where the process may have this number
 */
function boxHeadline(pid, isDamaged, isOfElsewhere) {
  if (isDamaged) return 'flight recorder, damaged';
  if (isOfElsewhere) return 'flight recorder';
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
 * The start of a JSON file as an object: what is open at its end is closed.
 * @param {Buffer} head its first HEAD_BYTES, or all of it
 * @param {number} size of the file
 * @returns {any} null when it is no JSON object
 */
function parseStart(head, size) {
  try {
    const isCompressed = head[0] === 0x1f;
    const text = isCompressed ? startOfCompressed(head) : head.toString('utf8');
    const isWhole = !isCompressed && size <= head.length;
    const document = JSON.parse(isWhole ? text : closeOpenEnds(text));
    return typeof document === 'object' ? document : null;
  } catch {
    return null;
  }
}

/** @param {Buffer} head @returns {string} */
function startOfCompressed(head) {
  const { Z_SYNC_FLUSH } = zlib.constants;
  const options = { finishFlush: Z_SYNC_FLUSH, maxOutputLength: 64 * HEAD_BYTES };
  return zlib.gunzipSync(head, options).toString('utf8').slice(0, HEAD_BYTES);
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

module.exports = { HEAD_BYTES, closeOpenEnds, entryOf, isOurs, isSaidByName, parseStart };
