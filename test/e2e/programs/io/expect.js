'use strict';

// The tests' side: runs a program of this folder and compares its own measures with the events.

const assert = require('node:assert/strict');
const path = require('node:path');
const { run } = require('../../harness.js');

/** How far a duration may be from the program's own measurement. */
const TOLERANCE_MS = 5;
/** Long enough for no operation of loopback to be slow by itself, shorter than every delay. */
const ENVIRONMENT = { LOOPDET_LOG: 'json', LOOPDET_IO_THRESHOLD_MS: 100 };

const FIFO_MAKERS = new Set(['mkfifo', 'env']);

/** The events as short lines, for messages. */
const shown = (events) => events.map(({ stack, ...rest }) => JSON.stringify(rest)).join('\n');

/**
 * Asserts that an event is the operation that the program measured.
 *
 * @param {any} event
 * @param {any} measured
 * @param {string} program
 * @param {string} message
 */
function sameOperation(event, measured, program, message) {
  const text = `${JSON.stringify(event)}\nmeasured ${JSON.stringify(measured)}\n${message}`;
  for (const key of ['method', 'status', 'error']) {
    if (key in measured) assert.equal(event[key], measured[key] ?? undefined, `${key}: ${text}`);
  }
  if (!('error' in measured)) assert.equal(event.error, undefined, `an error: ${text}`);
  // The program's own turns before and after the operation itself, on a slow machine tens of milliseconds.
  const bound = TOLERANCE_MS + measured.busyMs;
  const near = (a, b) => Math.abs(a - b) <= bound;
  assert.ok(near(event.durationMs, measured.durationMs), `duration: ${text}`);
  // Two clocks, of which the program's has whole milliseconds.
  assert.ok(near(Date.parse(event.startTime), measured.startedAt), `startTime: ${text}`);
  if ('firstByteMs' in measured) {
    assert.ok(near(event.firstByteMs, measured.firstByteMs), `firstByteMs: ${text}`);
  }
  if (measured.anyStack) return;
  if (measured.noStack) return assert.deepEqual(event.stack, [], `stack: ${text}`);
  const names = event.stack.map(({ functionName }) => functionName);
  assert.ok(
    names.some((name) => name.split(/[ .]/).includes(measured.by)),
    `no ${measured.by}: ${text}`,
  );
  assert.ok(!event.stack[0].url.startsWith('node:'), `innermost: ${text}`);
  for (const { url } of event.stack) {
    assert.doesNotMatch(url, /[\\/]js[\\/](io[\\/]|recorder|events)/, `a frame of ours: ${text}`);
  }
  const file = path.basename(program);
  assert.ok(
    event.stack.some(({ url }) => url.endsWith(`/${file}`)),
    `no ${file}: ${text}`,
  );
}

/** Of equal operations at once the stack tells which is which; else when it began. */
function distance(event, { by, startedAt }) {
  const own = event.stack.some(({ functionName }) => functionName === by);
  return Math.abs(Date.parse(event.startTime) - startedAt) + (own ? 0 : 1e6);
}

/** Whether an event began while a program ran something for the first time: all that does may be slow on a busy machine. */
function isOfWarmUp({ startTime }, measures) {
  const start = Date.parse(startTime);
  // Two clocks of whole milliseconds.
  return measures.some(
    ({ warmUp, startedAt, durationMs }) =>
      warmUp && start >= startedAt - 1 && start <= startedAt + durationMs + 1,
  );
}

/**
 * Asserts that each measured operation has one event, and no event is of anything else but a warm-up.
 *
 * @param {import('../../harness.js').Run} result
 * @param {any[]} measures
 * @param {string} program
 */
function sameOperations(result, measures, program) {
  const events = result.events('slow-io');
  // The programs make their FIFOs with commands, and Node reads the programs themselves and packages (0.6 s, once): both are
  // slow on a busy machine, and no test measures them.
  const rest = events.filter(({ kind, method, target }) => {
    if (kind === 'child') return !FIFO_MAKERS.has(target);
    const isModule = path.dirname(target) === __dirname || target.includes('/node_modules/');
    const isLoaded = method === 'readFileSync' && isModule;
    return !isLoaded;
  });
  const message = `events:\n${shown(events)}\n${result.describe('')}`;
  const errors = [];
  for (const measured of measures.filter(({ warmUp }) => !warmUp)) {
    const fits = rest
      .filter(({ kind, target, method }) => {
        const { kind: wanted, target: about, method: how = method } = measured;
        return kind === wanted && target === about && method === how;
      })
      .map((event) => ({ event, far: distance(event, measured) }))
      .sort((a, b) => a.far - b.far);
    if (fits.length === 0) assert.fail(`not found: ${JSON.stringify(measured)}\n${message}`);
    rest.splice(rest.indexOf(fits[0].event), 1);
    sameOperation(fits[0].event, measured, program, message);
    const apart = Math.abs(fits[0].event.durationMs - measured.durationMs);
    errors.push(apart - measured.busyMs);
  }
  // Once everything has been used, they agree.
  const best = errors.sort((a, b) => a - b).slice(0, Math.ceil(errors.length / 2));
  if (measures.length > 2) assert.ok(best.at(-1) <= TOLERANCE_MS, `${errors}\n${message}`);
  const surplus = rest.filter((event) => !isOfWarmUp(event, measures));
  assert.deepEqual(surplus, [], `twice or falsely:\n${shown(surplus)}\n${message}`);
}

/**
 * Runs a program to its end and compares what it measured with its events.
 *
 * @param {string} program under programs/io
 * @param {string[]} args
 * @param {Parameters<typeof run>[1]} [options]
 * @returns {Promise<{result: import('../../harness.js').Run, output: any, events: any[]}>}
 */
async function runMeasured(program, args, options = {}) {
  const result = await run(`io/${program}`, {
    ...options,
    args,
    env: { ...ENVIRONMENT, ...options.env },
  });
  assert.equal(result.code, 0, result.describe(`${program} failed`));
  const output = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '');
  assert.ok(output.measures.length > 0, result.describe('nothing was measured'));
  sameOperations(result, output.measures, program);
  return { result, output, events: result.events('slow-io') };
}

module.exports = { ENVIRONMENT, TOLERANCE_MS, runMeasured, sameOperations, shown };
