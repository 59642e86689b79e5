'use strict';

// What a program of this folder measures itself around its operations, for the tests to compare.

const { readFileSync } = require('node:fs');

/** @type {object[]} */
const measures = [];

/** Milliseconds in which the loop did not wait. */
const busy = () => performance.now() - performance.eventLoopUtilization().idle;

/** Milliseconds in which this thread ran or waited for a CPU: a blocking call does neither. */
function active() {
  const [ran, waited] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
  return (Number(ran) + Number(waited)) / 1e6;
}

function begin() {
  return { startedAt: Date.now(), start: performance.now() };
}

function end({ startedAt, start }, wanted, by) {
  const measured = { ...wanted, by, startedAt, durationMs: performance.now() - start };
  measures.push(measured);
  return measured;
}

/**
 * Measures one operation, whether it succeeds or fails; `busyMs` is what the turns around it took, until the one after it.
 *
 * @param {object} wanted what its event must say
 * @param {() => Promise<any>} operation its name must be in the event's stack
 */
async function measure(wanted, operation) {
  const busyBefore = busy();
  const began = begin();
  let result;
  try {
    result = await operation();
  } catch (error) {
    // Asked for, and said by the event.
    if (!wanted.error) throw error;
  }
  const measured = end(began, wanted, operation.name);
  // What closes a socket comes after the first: no other operation may keep it waiting.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  measured.busyMs = busy() - busyBefore;
  return result;
}

/**
 * Runs a first operation, which loads what the others need. That takes as long as it takes: what began meanwhile may have
 * events or none.
 *
 * @param {() => Promise<any>} operation
 */
async function warmUp(operation) {
  await measure({ warmUp: true }, operation);
}

/** The same for a synchronous operation, which blocks the thread; `busyMs` is the time that it did not. */
function measureSync(wanted, operation) {
  const activeBefore = active();
  const began = begin();
  let result;
  try {
    result = operation();
  } catch (error) {
    if (!wanted.error) throw error;
  }
  const measured = end(began, wanted, operation.name);
  measured.busyMs = active() - activeBefore;
  return result;
}

/** Prints what the tests read; the last thing that a program does. */
function report(more = {}) {
  console.log(JSON.stringify({ measures, ...more }));
}

module.exports = { measure, measureSync, measures, report, warmUp };
