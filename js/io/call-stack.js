'use strict';

const { programError } = require('../crash/stack-format.js');

const FRAMES = 12;
const { captureStackTrace } = Error;

/** @typedef {import('../crash/stack-text.js').StackEntry} StackEntry */

/**
 * Notes where the program is, without formatting anything (1 to 2 microseconds).
 * @param {object} holder keeps the frames
 * @param {Function} above frames of this function and what it called are left out
 * @param {number} [frames] at most
 */
function noteStack(holder, above, frames = FRAMES) {
  const limit = Error.stackTraceLimit;
  // The program may have forbidden or removed it: then its own limit holds.
  const ours = typeof limit === 'number' && limit !== frames;
  if (ours) Error.stackTraceLimit = frames;
  captureStackTrace(holder, above);
  if (ours) Error.stackTraceLimit = limit;
}

/** @param {unknown} _error @param {NodeJS.CallSite[]} sites @returns {StackEntry[]} */
function describeSites(_error, sites) {
  const entries = [];
  // Not by an iterator: it is the program's.
  for (let i = 0; i < sites.length; i++) {
    const site = sites[i];
    const url = site.getScriptNameOrSourceURL() ?? '';
    if (!url) continue;
    entries.push({
      functionName: site.getFunctionName() ?? '',
      url,
      line: site.getLineNumber() ?? 1,
      column: site.getColumnNumber() ?? 1,
    });
  }
  return entries;
}

/**
 * The frames that noteStack kept, innermost first. No formatting of the program's runs.
 * @param {any} holder
 * @returns {StackEntry[]}
 */
function readStack(holder) {
  const error = programError();
  const own = error && Object.getOwnPropertyDescriptor(error, 'prepareStackTrace');
  if (!error || (own && !own.writable)) return [];
  try {
    error.prepareStackTrace = describeSites;
    const { stack } = holder;
    return Array.isArray(stack) ? stack : [];
  } finally {
    if (own) error.prepareStackTrace = own.value;
    else delete error.prepareStackTrace;
  }
}

/** From the program's own call on: what lies above it is how Node does it. @param {StackEntry[]} entries */
function fromCaller(entries) {
  const first = entries.findIndex(({ url }) => !url.startsWith('node:'));
  return first === -1 ? [] : entries.slice(first);
}

module.exports = { fromCaller, noteStack, readStack };
