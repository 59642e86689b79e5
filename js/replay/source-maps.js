/**
 * Positions in the source that a program was made from (TypeScript, a bundle), by its source maps: the one in the script,
 * or the file that the script names, if it is there. Map and script are untrusted input.
 */

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const {
  TraceMap,
  encodedMappings,
  originalPositionFor,
  sourceContentFor,
} = require('@jridgewell/trace-mapping');

const MAX_BYTES = 100e6;
const IN_SCRIPT = /\/\/[#@] sourceMappingURL=(\S+)\s*$/gm;
const INLINE = /^data:application\/json;(?:charset=[\w-]+;)?base64,/;

/**
 * @typedef {object} Original
 * @property {string} url path or URL of the source
 * @property {number} line from 1
 * @property {number} column from 1
 * @property {string | null} name what the map calls the thing at that position
 */

/** How a file of this machine is read: null where there is none. @typedef {(url: URL) => string | null} Look */

/** @type {(options: {mayReadFiles: boolean}) => Look} */
const lookOf = ({ mayReadFiles }) => (mayReadFiles ? readFile : () => null);

/**
 * Adds `original` to the frames of a document that a map tells of.
 * @param {any} document normalised
 * @param {{mayReadFiles: boolean}} options whether maps and sources may be looked up on this machine's disk
 * @returns {Map<any, string>} the text of the source, by frame, where the map has it
 */
function addOriginals(document, options) {
  const look = lookOf(options);
  /** @type {Map<any, string>} */
  const texts = new Map();
  if (!Array.isArray(document.frames)) return texts;
  /** @type {Map<string, InstanceType<typeof TraceMap> | null>} */
  const maps = new Map();
  for (const frame of document.frames) {
    const script = document.Scripts?.[frame.scriptId];
    if (!script || frame.line === null) continue;
    if (!maps.has(frame.scriptId)) maps.set(frame.scriptId, readMap(script, frame.url, look));
    const map = maps.get(frame.scriptId);
    const found = map && positionIn(map, frame, look);
    if (!map || !found) continue;
    frame.original = found.original;
    if (found.text !== null) texts.set(frame, found.text);
  }
  return texts;
}

/** @param {InstanceType<typeof TraceMap>} map @param {{line: number, column: number | null}} frame @param {Look} look */
function positionIn(map, { line, column }, look) {
  const {
    source,
    line: originalLine,
    column: originalColumn,
    name,
  } = originalPositionFor(map, {
    line,
    column: (column ?? 1) - 1,
  });
  if (source === null) return null;
  /** @type {Original} */
  const original = {
    url: source.startsWith('file://') ? fileURLToPath(source) : source,
    line: originalLine,
    column: originalColumn + 1,
    name,
  };
  return { original, text: sourceContentFor(map, source) ?? readSource(source, look) };
}

/**
 * A script's map with the sources in it, as a data: URL: a debugger's front end can load no other.
 * @param {any} script an entry of Scripts
 * @param {string} url of the script
 * @param {{mayReadFiles: boolean}} options
 * @returns {string | null} null: there is none, or it cannot be read
 */
function inlineMap(script, url, options) {
  const look = lookOf(options);
  const map = readMap(script, url, look);
  if (!map) return null;
  const sources = map.resolvedSources.map((source) => source ?? '');
  const text = JSON.stringify({
    version: 3,
    names: map.names,
    sources,
    sourcesContent: sources.map(
      (source, index) => map.sourcesContent?.[index] ?? readSource(source, look),
    ),
    mappings: encodedMappings(map),
  });
  return `data:application/json;base64,${Buffer.from(text).toString('base64')}`;
}

/**
 * @param {any} script an entry of Scripts
 * @param {string} url of the frame
 * @param {Look} look
 * @returns {InstanceType<typeof TraceMap> | null} null: there is none, or it cannot be read
 */
function readMap(script, url, look) {
  try {
    const named = mapUrlOf(script);
    if (!named) return null;
    const base = url.startsWith('/') ? pathToFileURL(url).href : url;
    const text = INLINE.test(named)
      ? Buffer.from(named.slice(named.indexOf(',') + 1), 'base64').toString()
      : look(new URL(named, base));
    return text === null
      ? null
      : new TraceMap(text, INLINE.test(named) ? base : new URL(named, base).href);
  } catch {
    return null;
  }
}

/** @param {any} script */
function mapUrlOf({ params, source }) {
  const told = params?.sourceMapURL;
  // What V8 was given may have been left out for its length; the script has it.
  if (typeof told === 'string' && told !== '' && !told.startsWith('data:')) return told;
  return typeof source === 'string' ? ([...source.matchAll(IN_SCRIPT)].at(-1)?.[1] ?? null) : null;
}

/** As it is now. @param {string} source @param {Look} look */
function readSource(source, look) {
  try {
    return source.startsWith('file://') ? look(new URL(source)) : null;
  } catch {
    return null;
  }
}

/** Of this machine only, and nothing that could wait. @type {Look} */
function readFile(url) {
  if (url.protocol !== 'file:') return null;
  const { O_RDONLY, O_NONBLOCK } = fs.constants;
  const descriptor = fs.openSync(path.resolve(fileURLToPath(url)), O_RDONLY | O_NONBLOCK);
  try {
    const stat = fs.fstatSync(descriptor);
    return stat.isFile() && stat.size <= MAX_BYTES ? fs.readFileSync(descriptor, 'utf8') : null;
  } finally {
    fs.closeSync(descriptor);
  }
}

module.exports = { addOriginals, inlineMap };
