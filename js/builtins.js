'use strict';

// What a capture uses of Node and of the program's own context, taken at the start: the program may replace any of it. The
// modules that capture (crash/, inspector/) run in a context of their own, and take all of this from here.
const { prototype: emitter } = require('node:events');
const { readFileSync, statSync } = require('node:fs');
const { fileURLToPath, pathToFileURL } = require('node:url');
const types = require('node:util').types;
const { loadBuiltin } = require('./own-modules.js');

const { isProxy, isNativeError } = types;
const { isArray } = Array;
const { memoryUsage, resourceUsage, getActiveResourcesInfo, uptime } = process;
const { hasUncaughtExceptionCaptureCallback, moduleLoadList } = /** @type {any} */ (process);
const { bigint } = process.hrtime;
const { get: readReport } = Object.getOwnPropertyDescriptor(process, 'report') ?? {};
const { listenerCount } = emitter;
const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;
const thisProcess = process;
// The public `performance` takes 1.5 ms to load.
const started = bigint();

/** Milliseconds, with fractions, since some moment. @returns {number} */
function now() {
  return Number(bigint() - started) / 1e6;
}

/** @param {string} event @returns {number} listeners that the process has */
function listenersOf(event) {
  return apply(listenerCount, thisProcess, [event]);
}

/** Whether the program or Node has loaded a module of Node's. @param {string} name without "node:" */
function isLoaded(name) {
  for (let i = 0; i < moduleLoadList.length; i++) {
    if (moduleLoadList[i] === `NativeModule ${name}`) return true;
  }
  return false;
}

// That programs hold as one object.
const EXPORTING =
  `async_hooks buffer child_process cluster crypto dgram diagnostics_channel dns dns/promises fs fs/promises
  http http2 https net os path perf_hooks querystring readline readline/promises stream/promises timers timers/promises tls
  tty url util v8 vm worker_threads zlib`.split(/\s+/);
/** Their names, by those in the list: "NativeModule fs". @type {Record<string, string>} */
const exporting = { __proto__: /** @type {any} */ (null) };
for (const name of EXPORTING) exporting[`NativeModule ${name}`] = name;

/** What those of them export that have been loaded: it is the same in every program. @returns {unknown[]} */
function builtinExports() {
  const found = [];
  for (let i = 0; i < moduleLoadList.length; i++) {
    const name = exporting[moduleLoadList[i]];
    if (name) found[found.length] = loadBuiltin(name);
  }
  return found;
}

/** Node's own report, loaded when first asked for. */
function processReport() {
  return readReport ? apply(readReport, thisProcess, []) : thisProcess.report;
}

/** The protocol's words for kinds of objects, and how V8 tells them. @type {[string, (value: unknown) => boolean][]} */
const KINDS = [
  ['error', isNativeError],
  ['map', types.isMap],
  ['set', types.isSet],
  ['promise', types.isPromise],
  ['typedarray', types.isTypedArray],
  ['date', types.isDate],
  ['regexp', types.isRegExp],
  ['array', types.isArgumentsObject],
  ['weakmap', types.isWeakMap],
  ['weakset', types.isWeakSet],
  ['generator', types.isGeneratorObject],
  ['iterator', types.isMapIterator],
  ['iterator', types.isSetIterator],
  ['arraybuffer', types.isAnyArrayBuffer],
  ['dataview', types.isDataView],
];

/** What kind of object V8 knows it for, whatever its properties say; '' for a plain one. @param {object} value */
function kindOf(value) {
  if (isProxy(value)) return 'proxy';
  if (isArray(value)) return 'array';
  for (let i = 0; i < KINDS.length; i++) if (KINDS[i][1](value)) return KINDS[i][0];
  return '';
}

/** The getters of errors that are no code of the program's: those of V8 (`stack`, Node 21) and of Node's own class. */
const errorGetters = [new Error('none'), DOMException.prototype].flatMap((holder) =>
  ['stack', 'name', 'message', 'code'].map(
    (name) => Object.getOwnPropertyDescriptor(holder, name)?.get,
  ),
);

/** @param {Function | undefined} get whether it is one of those */
function isErrorGetter(get) {
  if (get === undefined) return false;
  for (let i = 0; i < errorGetters.length; i++) if (errorGetters[i] === get) return true;
  return false;
}

// What Node uses unguarded as it loads the inspector, opens a session and talks to it (Node 20 to 26).
const lent = /** @type {[any, PropertyKey][]} */ ([
  [Function.prototype, 'call'],
  [Function.prototype, 'apply'],
  [Function.prototype, 'bind'],
  [Array.prototype, Symbol.iterator],
  [Object.prototype, 'toJSON'],
]).map(([holder, key]) => ({ holder, key, value: holder[key] }));

/**
 * Runs code of Node's that would call what the program has put there: for this moment, V8's own functions are back.
 * @template T
 * @param {() => T} body
 * @returns {T}
 */
function withBuiltins(body) {
  /** @type {Record<number, PropertyDescriptor | undefined>} */
  const before = /** @type {any} */ ({ __proto__: null });
  for (let i = 0; i < lent.length; i++) {
    const { holder, key, value } = lent[i];
    const found = getOwnPropertyDescriptor(holder, key);
    if (!found || found.value === value) continue;
    const own = { __proto__: null, value, writable: true, enumerable: false, configurable: true };
    if (defineProperty(holder, key, own)) before[i] = found;
  }
  try {
    return body();
  } finally {
    for (let i = 0; i < lent.length; i++) {
      const found = before[i];
      if (found) defineProperty(lent[i].holder, lent[i].key, found);
    }
  }
}

/**
 * For a listener of the process: Node calls it by its `apply`, which is the program's to replace (Node 20).
 * @template {Function} T
 * @param {T} listener
 * @returns {T}
 */
function asListener(listener) {
  defineProperty(listener, 'apply', { value: lent[1].value });
  return listener;
}

/**
 * The property of `process` that says that this thread is recorded, whichever copy of the package does it. Its value has
 * `give`, for the inspector to find.
 */
const ACTIVE = Symbol.for('loopdet-addon.active');

/** @type {unknown} */
let given;

/**
 * For the inspector, which calls it in the program's context: with a value that it only names otherwise, or without one for
 * what we have for it.
 * @param {[] | [unknown]} values
 */
function give(...values) {
  if (values.length === 0) return takeGiven();
  given = values[0];
  return undefined;
}

/** @param {unknown} value what `give` gives the inspector next */
function setGiven(value) {
  given = value;
}

/** What `give` was last called with; forgotten then. @returns {unknown} */
function takeGiven() {
  const value = given;
  given = undefined;
  return value;
}

/** The URL that all files of ours begin with. */
function ownFolder() {
  return pathToFileURL(`${__dirname}/`).href;
}

/** Of the program's context. */
const plainPrototypes = { object: Object.prototype, array: Array.prototype };

module.exports = {
  ACTIVE,
  program: globalThis,
  apply,
  asListener,
  builtinExports,
  fileURLToPath,
  getActiveResourcesInfo: () => apply(getActiveResourcesInfo, thisProcess, []),
  give,
  hasUncaughtExceptionCaptureCallback: () =>
    apply(hasUncaughtExceptionCaptureCallback, thisProcess, []),
  isErrorGetter,
  isLoaded,
  isNativeError,
  isProxy,
  kindOf,
  listenersOf,
  loadBuiltin,
  memoryUsage,
  now,
  ownFolder,
  pid: process.pid,
  plainPrototypes,
  processReport,
  readFileSync,
  setGiven,
  resourceUsage: () => apply(resourceUsage, thisProcess, []),
  statSync,
  takeGiven,
  uptime,
  withBuiltins,
};
