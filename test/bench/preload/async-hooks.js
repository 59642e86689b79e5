'use strict';

// The floor of what any tool pays that follows asynchronous resources: hooks that only count.
const { createHook } = require('node:async_hooks');

const names = (process.env.BENCH_HOOKS ?? '').split(',');
/** @type {Record<string, number>} */
const calls = Object.fromEntries(names.map((name) => [name, 0]));
createHook(
  Object.fromEntries(
    names.map((name) => [
      name,
      () => {
        calls[name]++;
      },
    ]),
  ),
).enable();

if (process.env.BENCH_PROOF) {
  const { prove } = require('./prove');
  prove(() => names.every((name) => calls[name] > 0) && JSON.stringify(calls));
}
