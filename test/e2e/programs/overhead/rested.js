'use strict';

// Waits until something of Node's has been loaded that it has not asked for, then throws; prints what was loaded by then.

const loaded = () =>
  /** @type {string[]} */ (/** @type {any} */ (process).moduleLoadList).map((name) =>
    name.replace('NativeModule ', ''),
  );
const before = loaded();

const timer = setInterval(() => {
  if (!loaded().includes('worker_threads')) return;
  clearInterval(timer);
  console.log(JSON.stringify({ before, rested: loaded() }));
  throw new Error('rested');
}, 100);
