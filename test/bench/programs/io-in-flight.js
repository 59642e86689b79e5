'use strict';

// Arguments: callback or promise; how many; ms that each has to last; FIFOs, one for each thread of the
// pool; and, if events are to be counted, the addon's root. Needs --expose-gc.
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { setImmediate: turn, setTimeout: delay } = require('node:timers/promises');

// So many in one turn of the loop, so that the start of them is no stall.
const PER_TURN = 1000;
const WAVES = 2;
// Events that come later than this after the one before are lost.
const EVENTS_GIVE_UP_MS = 10_000;

const [style, countText, lastingText, fifos, root] = process.argv.slice(2);
const count = Number(countText);
const lastingMs = Number(lastingText);
const collect = /** @type {() => void} */ (globalThis.gc);

let events = 0;
let onEvent = () => {};
if (root) {
  const api = createRequire(path.join(root, 'package.json'))('loopdet-addon/api');
  api.on('slow-io', (/** @type {any} */ event) => {
    if (event.kind !== 'fs' || event.method !== 'stat' || event.target !== __filename) return;
    events++;
    onEvent();
  });
}

/** Until as many events have come, or none has for long. @param {number} expected */
function eventsArrive(expected) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, EVENTS_GIVE_UP_MS);
    onEvent = () => {
      timer.refresh();
      if (events < expected) return;
      clearTimeout(timer);
      resolve(undefined);
    };
    if (events >= expected) onEvent();
  });
}

/** Resident bytes, and those of live JavaScript objects. */
function measure() {
  collect();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
}

/** Occupies every thread of the pool. */
function blockPool() {
  const names = fifos.split(',');
  const blocked = Promise.all(
    names.map(async (name) => (await fs.promises.open(name, 'r')).close()),
  );
  return async () => {
    // Open for writing until each reader has come through: none can miss it.
    const writers = names.map((name) => fs.openSync(name, 'r+'));
    await blocked;
    for (const writer of writers) fs.closeSync(writer);
  };
}

async function wave() {
  const release = blockPool();
  const before = measure();
  let open = 0;
  let failure = /** @type {Error | null} */ (null);
  /** @type {() => void} */
  let allEnded = () => {};
  const ended = new Promise((resolve) => {
    allEnded = () => resolve(undefined);
  });
  const done = (/** @type {Error | null} */ error) => {
    failure ??= error;
    open--;
    if (open === 0) allEnded();
  };
  const succeeded = () => done(null);
  const start =
    style === 'callback'
      ? () => fs.stat(__filename, done)
      : () => void fs.promises.stat(__filename).then(succeeded, done);
  while (open < count) {
    for (let more = Math.min(PER_TURN, count - open); more > 0; more--) {
      open++;
      start();
    }
    await turn();
  }
  await delay(lastingMs);
  if (open !== count) throw new Error(`${count - open} ended too early`);
  const during = measure();
  await release();
  await ended;
  if (failure) throw failure;
  return { before, during };
}

async function main() {
  const waves = [];
  for (let number = 1; number <= WAVES; number++) {
    waves.push(await wave());
    if (root) await eventsArrive(count * number);
  }
  // Those that come twice would come now.
  await turn();
  const after = measure();
  const [{ before, during }, second] = waves;
  process.send?.({
    rssBytes: (during.rss - before.rss) / count,
    heapBytes: (during.heapUsed - before.heapUsed) / count,
    againBytes: (second.during.rss - during.rss) / count,
    leftHeapBytes: (after.heapUsed - before.heapUsed) / count,
    ...(root ? { wrongEvents: Math.abs(count * WAVES - events) } : {}),
  });
}

process.on('disconnect', () => process.exit());
main();
