'use strict';

// Loads the modules that run inside the program. They are ordinary CommonJS files, and Node's loader would do; but
// * it takes twice as long, and on Node 26 the fourth file costs 3 MB: start-up is what every process pays;
// * the program may hook it (ts-node, require-in-the-middle) or mock `fs` (memfs), and what a crash needs is loaded only
//   when it crashes: no code of the program's may run inside a capture.
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

// What only a crash, a long stall, a snapshot or some module of Node's needs: read at the start, compiled when first required.
const LATE = [
  'crash/describe.js',
  'crash/document.js',
  'crash/error-info.js',
  'crash/profile-summary.js',
  'crash/report.js',
  'crash/sections/frames.js',
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
  'inspector/idle-samples.js',
  'inspector/pause-capture.js',
  'inspector/scope-reader.js',
];
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** @type {Map<string, {exports: any}>} by absolute path */
const modules = new Map();
/** @type {Map<string, string>} texts of LATE */
const texts = new Map();

/** Reads what is late. A file that cannot be read fails here, and not in a crash. */
function readLateModules() {
  for (const name of LATE) {
    const file = path.join(__dirname, name);
    texts.set(file, fs.readFileSync(file, 'utf8'));
  }
}

/** @param {string} file absolute @returns {any} its exports */
function loadFile(file) {
  const known = modules.get(file);
  if (known) return known.exports;
  const own = { exports: {} };
  modules.set(file, own);
  const text = texts.get(file) ?? fs.readFileSync(file, 'utf8');
  if (file.endsWith('.json')) {
    own.exports = JSON.parse(text);
    return own.exports;
  }
  const folder = path.dirname(file);
  const run = vm.compileFunction(text, PARAMETERS, { filename: file });
  run(own.exports, requireFrom(folder), own, file, folder);
  return own.exports;
}

/** The `require` of a module of ours. @param {string} folder @returns {(name: string) => any} */
function requireFrom(folder) {
  return (name) => {
    if (name.endsWith('.node')) return require(name);
    if (name.startsWith('.')) return loadFile(path.join(folder, name));
    // The public module of this name loads Node's ES module loader (0.5 ms); its class is at hand.
    if (name === 'node:module') return module.constructor;
    // Not through `require` where Node offers another way: the program may have hooked that.
    const { getBuiltinModule } = /** @type {any} */ (process);
    return getBuiltinModule?.(name) ?? require(name);
  };
}

/**
 * @param {string} name relative to js/
 * @returns {any} its exports
 */
function load(name) {
  return loadFile(path.join(__dirname, name));
}

module.exports = { load, readLateModules };
