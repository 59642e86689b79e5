'use strict';

// With --trace-deopt: has async functions made fast, and then hooks promises, of which V8 tells what it throws away for that.
const asyncHooks = require('node:async_hooks');
const fs = require('node:fs');
const { isMainThread, Worker } = require('node:worker_threads');

const CALLS = 2000;
const [where, when] = process.argv.slice(2);

let promises = 0;
const hook = asyncHooks.createHook({
  init(_id, type) {
    if (type === 'PROMISE') promises += 1;
  },
});

/** @param {number} value */
async function fast(value) {
  return value;
}

/** @param {number} times */
async function run(times) {
  for (let i = 0; i < times; i++) await fast(i);
}

async function rejects() {
  const bag = 'open';
  throw new Error(`the bag is ${bag}`);
}

async function main() {
  if (when === 'before') hook.enable();
  // It is handled, after we have looked at it.
  await rejects().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (let i = 0; i < 30; i++) await run(3000);
  promises = 0;
  // At once, as V8 writes: a worker's console is the main thread's.
  fs.writeSync(1, 'hooked\n');
  hook.enable();
  await run(CALLS);
  fs.writeSync(1, `${promises >= CALLS ? 'all' : promises} promises were seen\n`);
}

if (where === 'worker' && isMainThread) new Worker(__filename, { argv: [where, when] });
else main();
