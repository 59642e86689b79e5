'use strict';

// What all programs have: arguments are a folder of scripts to load, megabytes of live objects to hold, and the number that
// the values come from.
const fs = require('node:fs');
const path = require('node:path');
const { messageOf, requestOf, valuesOf } = require('../marks');

// The slowest of the tools starts a worker that attaches to this thread, and is ready after half of that.
const SETTLE_MS = 1000;
const OBJECTS_AT_ONCE = 100_000;

const [folder, megabytes, seedText] = process.argv.slice(2);
const seed = Number(seedText);

for (const name of fs.readdirSync(folder).sort()) require(path.join(folder, name));

/** @type {object[][]} */
const kept = [];
while (process.memoryUsage().heapUsed < Number(megabytes) * 2 ** 20) {
  /** @type {object[]} */
  const chunk = [];
  for (let id = 0; id < OBJECTS_AT_ONCE; id++) {
    chunk.push({ id, name: `customer ${kept.length} ${id}`, tags: [id, id + 1, id + 2], chunk });
  }
  kept.push(chunk);
}

module.exports = {
  /** The five variables. */
  values: () => valuesOf(seed),
  message: () => messageOf(seed),
  request: () => requestOf(seed),
  /** Just before the crash; the monotonic clock is the parent's as well. Also from a worker, at once. */
  thrown: () => fs.writeSync(1, `${process.hrtime.bigint()}\n`),
  /** When the tools have started. Not the timer's own callback: @sentry/node loses the locals of one. @param {() => void} body */
  settled: (body) => setTimeout(() => body(), SETTLE_MS),
};
