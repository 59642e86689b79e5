'use strict';

const { messageOf } = require('./marks');

/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} title
 * @property {string} program in programs/
 * @property {boolean} [manyScripts] measured in programs of many scripts, too
 * @property {boolean} [largeHeap] measured with a large heap, too
 * @property {string[]} [execArgv] of every tool
 * @property {boolean} [isFatal] V8 or the C library ends the process: no JavaScript runs any more
 * @property {boolean} [hasRequest] a request is under way
 * @property {(seed: number) => string | null} message what the error's message holds; null: there is none
 */

/** @type {Kind[]} */
// biome-ignore format: a table reads by its rows
const KINDS = [
  { name: 'top-level', title: 'throw at the top level (CommonJS)', program: 'top-level.js', message: messageOf },
  { name: 'timer', title: 'throw in a timer', program: 'timer.js', message: messageOf, manyScripts: true, largeHeap: true },
  { name: 'next-tick', title: 'throw in process.nextTick', program: 'next-tick.js', message: messageOf },
  { name: 'http', title: 'throw in an http request handler, a request of its own under way', program: 'http.js', message: messageOf, hasRequest: true },
  { name: 'fs-callback', title: 'throw in an fs callback', program: 'fs-callback.js', message: messageOf },
  { name: 'error-event', title: "'error' event without a listener", program: 'error-event.js', message: messageOf },
  { name: 'json-parse', title: 'JSON.parse of bad text', program: 'json-parse.js', message: () => 'is not valid JSON' },
  { name: 'es-module', title: 'throw at the top level of an ES module', program: 'es-module.mjs', message: messageOf },
  { name: 'rejection', title: 'unhandled rejection of an async function, after an await', program: 'rejection.js', message: messageOf, manyScripts: true },
  { name: 'throw-null', title: 'throw null', program: 'throw-null.js', message: () => 'null' },
  { name: 'throw-object', title: 'throw of a plain object', program: 'throw-object.js', message: messageOf },
  { name: 'stack-overflow', title: 'stack overflow', program: 'stack-overflow.js', message: () => 'Maximum call stack size exceeded' },
  { name: 'worker', title: 'throw in a timer of a worker, unhandled in the main thread', program: 'worker.js', message: messageOf },
  { name: 'abort', title: 'process.abort()', program: 'abort.js', message: () => null, isFatal: true },
  { name: 'heap-limit', title: 'heap out of memory (--max-old-space-size=64)', program: 'heap-limit.js', message: () => null, isFatal: true, execArgv: ['--max-old-space-size=64'] },
];

module.exports = { KINDS };
