'use strict';

// What a program of this folder measures itself around its operations, for the tests to compare.

const { readFileSync } = require('node:fs');

/** @type {object[]} */
const measures = [];

/** Milliseconds that this thread has waited for a CPU so far. */
const waited = () =>
  Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6;

function begin() {
  return { waitedBefore: waited(), startedAt: Date.now(), start: performance.now() };
}

function end({ waitedBefore, startedAt, start }, wanted, by) {
  const durationMs = performance.now() - start;
  measures.push({ ...wanted, by, startedAt, durationMs, waitedMs: waited() - waitedBefore });
}

/**
 * Measures one operation, whether it succeeds or fails.
 *
 * @param {object} wanted what its event must say
 * @param {() => Promise<any>} operation its name must be in the event's stack
 */
async function measure(wanted, operation) {
  const began = begin();
  let result;
  try {
    result = await operation();
  } catch (error) {
    // Asked for, and said by the event.
    if (!wanted.error) throw error;
  }
  end(began, wanted, operation.name);
  return result;
}

/**
 * Runs a first operation, which loads what the others need. That takes as long as it takes: there is one event or none.
 *
 * @param {object} wanted what its event says, if there is one
 * @param {() => Promise<any>} operation
 */
async function warmUp(wanted, operation) {
  await measure({ ...wanted, warmUp: true }, operation);
}

/** The same for a synchronous operation. */
function measureSync(wanted, operation) {
  const began = begin();
  let result;
  try {
    result = operation();
  } catch (error) {
    if (!wanted.error) throw error;
  }
  end(began, wanted, operation.name);
  return result;
}

/** Prints what the tests read; the last thing that a program does. */
function report(more = {}) {
  console.log(JSON.stringify({ measures, ...more }));
}

module.exports = { measure, measureSync, measures, report, warmUp };
