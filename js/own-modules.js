'use strict';

// Loads the modules that run inside the program. They are ordinary CommonJS files, and Node's loader would do; but
// * it takes twice as long, and on Node 26 the fourth file costs 3 MB: start-up is what every process pays;
// * the program may hook it (ts-node, require-in-the-middle) or mock `fs` (memfs), and what a crash needs is loaded only
//   when it crashes: no code of the program's may run inside a capture.
//
// With a code cache (made by js/make-code-cache.js as the package is installed) V8 need not compile them either. It is
// one file for each Node:
//   u32 x 4    CRC-32C of what follows it, length of the index, fingerprint of the modules' files, 0
//   index      JSON: modules: {id: [text from, to, code from, to]}, positions from the end of the index;
//              symbols: where this Node's executable has what the loader may not know
//   bytes      texts (UTF-8) and V8's code caches
// What V8 refuses (made under other V8 options) it compiles from the text; what is damaged would crash it.
//
// What captures a crash runs in a context of its own, made when first needed (2 ms, 170 KB): there JSON, Array.prototype and
// all else are as V8 made them, whatever the program has done to its own. Until then nothing below may use what it can change.
const fs = require('node:fs');
const path = require('node:path');
const { Script, createContext } = require('node:vm');

// What only a crash, a long stall, a snapshot or some module of Node's needs: read at the start, compiled when first required.
const LATE = [
  'adopt.js',
  'crash/captures.js',
  'crash/describe.js',
  'crash/document.js',
  'crash/error-info.js',
  'crash/profile-summary.js',
  'crash/read-quietly.js',
  'crash/recorder.js',
  'crash/redact.js',
  'crash/report.js',
  'crash/secret-patterns.js',
  'crash/sections/frames.js',
  'crash/sections/io.js',
  'crash/sections/process.js',
  'crash/stack-format.js',
  'crash/stack-text.js',
  'heap-snapshot.js',
  'io/operations.js',
  'io/sources/child.js',
  'io/sources/dns.js',
  'io/sources/http.js',
  'io/sources/server.js',
  'io/sources/tcp.js',
  'memory-gauge.js',
  'summary.js',
  'inspector/pause-capture.js',
  'inspector/exception-watch.js',
  'inspector/frame-reader.js',
  'inspector/live-values.js',
  'inspector/object-parts.js',
  'inspector/session.js',
  'inspector/value-reader.js',
  'io/call-stack.js',
  'io/kinds.js',
  'io/slow-operation.js',
  'module-loader.js',
];
const BEFORE = '(function (exports, require, module, __filename, __dirname) { ';
const AFTER = '\n})';
const PACKAGE = 'package.json';
const LOADER = 'js/module-loader.js';
const ROOT = path.dirname(__dirname);
const IS_INSTALLED = ROOT.includes('/node_modules/');
const HEADER_BYTES = 16;
const ADDON = `${ROOT}/build/Release/loopdet.node`;
const CODE_CACHE = `${ROOT}/build/code-cache-${process.version}-${process.arch}`;

const { apply } = Reflect;
const { runInThisContext, runInContext } = Script.prototype;
const { subarray, utf8Slice } = Buffer.prototype;
const parse = JSON.parse;
// Not through `require` where Node offers another way: the program may have hooked that.
const { getBuiltinModule } = /** @type {any} */ (process);

/** What LATE names, without a code cache. @type {Record<string, string>} */
const texts = Object.create(null);
/** undefined: nobody has looked yet. @type {ReturnType<typeof readCodeCache> | undefined} */
let codeCache;
/** @type {any} */
let addon = null;
/**
 * What has been compiled, if somebody wants to know; a module of two contexts is there twice.
 * @type {{id: string, script: import('node:vm').Script | null, text: string}[] | null}
 */
let compiled = null;

/**
 * The compiled addon, loaded once per thread. See binding.js for what goes wrong.
 * @returns {any} the functions of addon/binding/addon.cc
 */
function loadAddon() {
  if (addon) return addon;
  // As `require` does in the end: what it looks for before is known (0.7 ms).
  const own = { exports: {} };
  process.dlopen(own, ADDON);
  addon = own.exports;
  return addon;
}

/**
 * What tells that the modules' files are as they were. Somebody may have patched an installed package, whose times say
 * nothing: a copy has others. Not by Node's stat: 3 ms for all.
 * @param {string[]} ids
 * @returns {number}
 */
function fingerprint(ids) {
  return loadAddon().fingerprint(ROOT, ids.join('\n'), !IS_INSTALLED);
}

/** Read once, when first asked for. */
function currentCodeCache() {
  if (codeCache === undefined) codeCache = readCodeCache();
  return codeCache;
}

/**
 * @returns {{modules: Record<string, number[]>, symbols: object[], bytes: any} | null} `bytes`: a Buffer; null: there is none
 *   of use
 */
function readCodeCache() {
  try {
    if (!fs.existsSync(CODE_CACHE)) return null;
    const bytes = /** @type {any} */ (fs.readFileSync(CODE_CACHE));
    if (bytes.readUInt32LE(0) !== loadAddon().crc32c(bytes.subarray(4))) return null;
    const start = HEADER_BYTES + bytes.readUInt32LE(4);
    const { modules, symbols } = JSON.parse(bytes.latin1Slice(HEADER_BYTES, start));
    if (bytes.readUInt32LE(8) !== fingerprint(Object.keys(modules))) return null;
    const isWhole = LATE.every((name) => modules[`js/${name}`]);
    return isWhole ? { modules, symbols, bytes: bytes.subarray(start) } : null;
  } catch {
    return null;
  }
}

/** For the addon's start(): then it need not search. @returns {object[]} */
function knownSymbols() {
  return currentCodeCache()?.symbols ?? [];
}

/** Reads what is late. A file that cannot be read fails here, and not in a crash. */
function readLateModules() {
  if (currentCodeCache()) return;
  for (const name of LATE) texts[`js/${name}`] = readText(`js/${name}`);
}

/** @param {string} id */
function readText(id) {
  return fs.readFileSync(`${ROOT}/${id}`, 'utf8');
}

/** @param {string} id @returns {{text: string, cachedData?: Buffer}} */
function sourceOf(id) {
  const cache = currentCodeCache();
  const at = cache?.modules[id];
  if (!cache || !at) return { text: texts[id] ?? readText(id) };
  const { bytes } = cache;
  return {
    text: apply(utf8Slice, bytes, [at[0], at[1]]),
    cachedData: apply(subarray, bytes, [at[2], at[3]]),
  };
}

/** The text of a script that is none of the modules. @param {string} id @returns {string} */
function textOf(id) {
  const { text } = sourceOf(id);
  compiled?.push({ id, script: null, text });
  return text;
}

/**
 * @param {string} id
 * @param {(script: import('node:vm').Script) => Function} run evaluates it in some context
 * @returns {Function} the module's text as a function
 */
function compile(id, run) {
  if (id === PACKAGE) {
    const json = textOf(id);
    return (/** @type {any} */ _exports, /** @type {any} */ _require, /** @type {any} */ own) => {
      own.exports = parse(json);
    };
  }
  const { text, cachedData } = sourceOf(id);
  const script = new Script(BEFORE + text + AFTER, { filename: `${ROOT}/${id}`, cachedData });
  compiled?.push({ id, script, text });
  return run(script);
}

/** @param {string} name @returns {any} a module of Node's */
function loadBuiltin(name) {
  // The public module of this name loads Node's ES module loader (0.5 ms); its class is at hand.
  if (name === 'node:module') return module.constructor;
  return getBuiltinModule ? apply(getBuiltinModule, process, [name]) : require(name);
}

/**
 * The loader of the modules that run in some context.
 * @param {(script: import('node:vm').Script) => Function} run
 * @param {Record<string, any>} shared exports of modules that run elsewhere, by id
 * @returns {(id: string) => any}
 */
function loaderIn(run, shared) {
  const own = { exports: /** @type {any} */ ({}) };
  apply(compile(LOADER, run), undefined, [own.exports, null, own]);
  return own.exports.createLoader({
    root: ROOT,
    compile: (/** @type {string} */ id) => compile(id, run),
    builtin: loadBuiltin,
    shared,
  });
}

/** @type {typeof import('./builtins.js') | null} */
let builtins = null;
/** @type {((id: string) => any) | null} */
let loadHere = null;
/** @type {((id: string) => any) | null} */
let loadApart = null;

/**
 * @param {string} name relative to js/
 * @returns {any} its exports
 */
function load(name) {
  if (!loadHere) {
    const shared = { __proto__: null, 'js/own-modules.js': module.exports };
    loadHere = loaderIn((script) => apply(runInThisContext, script, []), shared);
    // The program has not run yet.
    builtins = loadHere('js/builtins.js');
  }
  return loadHere(`js/${name}`);
}

/**
 * Loads a module, and what it requires, into the context that no program has touched.
 * @param {string} name relative to js/
 * @returns {any} its exports
 */
function loadPristine(name) {
  if (!loadApart) {
    const shared = { __proto__: null, 'js/builtins.js': builtins };
    const context = createContext({ __proto__: null }, { name: 'loopdet' });
    loadApart = loaderIn((script) => apply(runInContext, script, [context]), shared);
  }
  return loadApart(`js/${name}`);
}

/**
 * Loads a module for what may happen in a program that has crashed, too: if there is a context for it, into that.
 * @param {string} name relative to js/, of one that needs nothing of Node's
 * @returns {any} its exports
 */
function loadLate(name) {
  return loadApart ? loadPristine(name) : load(name);
}

/**
 * Before anything is loaded: does without the code cache, and keeps what is compiled.
 * @returns {{id: string, script: import('node:vm').Script | null, text: string}[]} grows as modules are loaded
 */
function keepCompiled() {
  codeCache = null;
  compiled = [];
  return compiled;
}

module.exports = {
  ADDON,
  CODE_CACHE,
  HEADER_BYTES,
  LATE,
  fingerprint,
  keepCompiled,
  knownSymbols,
  load,
  loadAddon,
  loadBuiltin,
  loadLate,
  loadPristine,
  readLateModules,
  textOf,
};
