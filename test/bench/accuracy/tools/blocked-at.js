'use strict';

const path = require('node:path');
const { monotonicNow } = require('../spin');

const PEER = path.join(__dirname, '..', '..', 'peers', 'node_modules', 'blocked-at');
const THRESHOLD_MS = 20;

/** @type {import('../types').Tool} */
module.exports = {
  name: 'blocked-at',
  title: 'blocked-at',
  thresholdMs: THRESHOLD_MS,
  tellsDuration: true,
  tellsCause: false,
  names: 'starter',
  tellsEarly: false,
  package: 'blocked-at',
  note: 'Its stack is that of the call which began the asynchronous operation.',
  inside(report) {
    /** @param {number} ms @param {string[]} stack */
    const onBlocked = (ms, stack) => {
      const to = monotonicNow();
      const functions = stack.map(
        (line) => /at (?:async )?(?:\w+\.)*(\w+) \(/.exec(line)?.[1] ?? '',
      );
      report({ from: to - ms, to, ms, cause: null, functions });
    };
    require(PEER)(onBlocked, { threshold: THRESHOLD_MS });
  },
};
