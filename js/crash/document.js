'use strict';

const {
  memorySection,
  resourcesSection,
  handlesSection,
  reportSection,
} = require('./sections/process.js');
const { redactionSection } = require('./redact.js');

const { stringify } = JSON;

/**
 * Everything a section may need.
 * @typedef {object} CrashContext
 * @property {string} kind
 * @property {() => object} header
 * @property {import('./error-info.js').ErrorInfo} error
 * @property {object} capture the crash file's `capture`
 * @property {object[]} frames
 * @property {import('../inspector/pause-capture.js').Capture | null} raw
 * @property {string[]} truncated
 * @property {boolean} handled by an uncaughtException handler of the program, which then ended the process
 * @property {() => any} profile the crash file's `profile`, its file written
 * @property {() => object} io
 * @property {(name: string) => any} native a section that C++ knows
 * @property {Record<string, any>} config
 * @property {number} began performance.now() when writing began
 */

/**
 * One row per section, in the order of the file. A section that throws becomes {error}, and the rest is written.
 * @type {[string, (context: CrashContext) => any][]}
 */
const SECTIONS = [
  ['header', ({ header }) => header()],
  ['error', ({ error }) => error],
  ['capture', ({ capture }) => capture],
  ['frames', ({ frames }) => frames],
  ['lag', ({ native }) => native('lag')],
  ['stall', ({ native }) => native('stall')],
  ['io', ({ io }) => io()],
  ['memory', memorySection],
  ['resources', resourcesSection],
  ['handles', handlesSection],
  ['gc', ({ native }) => native('gc')],
  ['profile', ({ profile }) => profile()],
  ['Paused', ({ raw }) => (raw ? [raw.paused] : [])],
  ['RemoteObjects', ({ raw }) => raw?.objects ?? {}],
  ['Scripts', ({ raw }) => raw?.scripts ?? {}],
  ['Report', ({ config }) => reportSection(/** @type {any} */ (config))],
  ['redaction', redactionSection],
  ['overhead', overheadSection],
];

/** @param {CrashContext} context */
function overheadSection({ native, raw, began }) {
  return {
    hooksMs: native('hooks').hooksMs,
    captureMs: raw?.elapsedMs ?? 0,
    // Up to here; flushing to the disk comes after.
    writeMs: performance.now() - began,
  };
}

/**
 * The text of a crash file.
 * @param {CrashContext} context
 * @returns {string}
 */
function writeDocument(context) {
  let complete = true;
  const parts = SECTIONS.map(([name, read]) => {
    let text;
    try {
      text = stringify(read(context));
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
  return `{${[...head, ...parts].join(',')}}\n`;
}

module.exports = { writeDocument };
