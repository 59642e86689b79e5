'use strict';

// Which thread this is. The main thread learns it from the kernel: loading node:worker_threads for it takes 1.4 MB,
// and a worker has it loaded anyway.
const fs = require('node:fs');

function isMain() {
  try {
    // "<pid>/task/<tid>": the main thread's number is the process's.
    const [process, , thread] = fs.readlinkSync('/proc/thread-self').split('/');
    return process === thread;
  } catch {
    return require('node:worker_threads').isMainThread;
  }
}

const isMainThread = isMain();

/** As node:worker_threads has it; 0 is the main thread. @type {number} */
const threadId = isMainThread ? 0 : require('node:worker_threads').threadId;

/** What `resourceLimits` gave this worker; undefined in the main thread. @returns {number | undefined} */
function stackLimitMegabytes() {
  return isMainThread ? undefined : require('node:worker_threads').resourceLimits.stackSizeMb;
}

module.exports = { isMainThread, threadId, stackLimitMegabytes };
