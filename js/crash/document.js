'use strict';

const {
  memorySection,
  resourcesSection,
  handlesSection,
  reportSection,
} = require('./sections/process.js');
const { ioSection } = require('./sections/io.js');
const { now } = require('../builtins.js');
const { redactedJson, redactedRecord, redactionSection } = require('./redact.js');

const { stringify } = JSON;

/**
 * Everything a section may need.
 * @typedef {object} CrashContext
 * @property {string} kind
 * @property {() => object} header
 * @property {string} [reason] of a report
 * @property {import('./error-info.js').ErrorInfo | null} error
 * @property {object} capture the crash file's `capture`
 * @property {object[]} frames
 * @property {import('../inspector/frame-reader.js').Capture | null} raw
 * @property {string[]} truncated
 * @property {boolean} handled by an uncaughtException handler of the program, which then ended the process
 * @property {() => any} profile the crash file's `profile`, its file written
 * @property {import('../io/sink.js').SinkParts} io
 * @property {(name: string) => any} native a section that C++ knows
 * @property {Record<string, any>} config
 * @property {number} began now() of builtins.js when writing began
 */

/**
 * One row per section, in the order of the file, and how its text is made if not by redactedJson. A section that throws, or
 * whose secrets cannot be cut, becomes {error}, and the rest is written.
 * @type {[string, (context: CrashContext) => any, ((value: any, context: CrashContext) => string)?][]}
 */
const SECTIONS = [
  ['header', ({ header }) => header()],
  ['error', ({ error }) => error],
  ['capture', ({ capture }) => capture],
  ['frames', ({ frames }) => frames],
  ['lag', ({ native }) => native('lag')],
  ['stall', ({ native }) => seenStall(native('stall'))],
  ['io', ioSection],
  ['memory', memorySection],
  ['resources', resourcesSection],
  ['handles', handlesSection],
  ['gc', ({ native }) => native('gc')],
  ['profile', ({ profile }) => profile()],
  ['Paused', ({ raw }) => (raw ? [raw.paused] : [])],
  ['RemoteObjects', ({ raw }) => raw?.objects ?? {}, redactedRecord],
  ['Scripts', ({ raw }) => raw?.scripts ?? {}, sourcesJson],
  ['Report', reportSection],
  ['redaction', redactionSection],
  ['overhead', overheadSection],
];

/**
 * A stall in which nothing was seen is this capture itself, during which nobody looks.
 * @param {any} stall as C++ knows it, or null
 */
function seenStall(stall) {
  const { samples = [], syscall, native = [], error } = stall ?? {};
  return error || samples.length > 0 || syscall || native.length > 0 ? stall : null;
}

/**
 * A source is what the program's author wrote, and stays as it is unless LOOPDET_REDACT_SOURCES asks.
 * @param {object} scripts
 * @param {CrashContext} context
 */
function sourcesJson(scripts, { config }) {
  return config.redactSources ? redactedJson(scripts) : stringify(scripts);
}

/** @param {CrashContext} context */
function overheadSection({ native, raw, began }) {
  return {
    ...native('overhead'),
    captureMs: raw?.elapsedMs ?? 0,
    // Up to here; flushing to the disk comes after.
    writeMs: now() - began,
  };
}

/**
 * The text of a crash file.
 * @param {CrashContext} context
 * @returns {string}
 */
function writeDocument(context) {
  let complete = true;
  const parts = SECTIONS.map(([name, read, write = redactedJson]) => {
    let text;
    try {
      text = write(read(context), context);
    } catch (error) {
      complete = false;
      text = stringify({ error: String(/** @type {any} */ (error)?.message ?? error) });
    }
    return `${stringify(name)}:${text}`;
  });
  const head = [
    '"schemaVersion":1',
    `"complete":${complete}`,
    `"truncated":${stringify(context.truncated)}`,
    `"kind":${stringify(context.kind)}`,
  ];
  if (context.handled) head.push('"handled":true');
  if (context.reason) head.push(`"reason":${stringify(context.reason)}`);
  return `{${[...head, ...parts].join(',')}}\n`;
}

module.exports = { writeDocument };
