'use strict';

const path = require('node:path');
const { monotonicNow } = require('../spin');

const PEER = path.join(__dirname, '..', '..', 'peers', 'node_modules', 'blocked-at');
const THRESHOLD_MS = 20;

/** "at Object.startTimer [as start] (file:1:2)" is startTimer. @param {string} line */
const nameOf = (line) =>
  /at (?:async )?(?:[\w$<>]+\.)*([\w$]+)(?: \[as \w+\])? \(/.exec(line)?.[1] ?? '';

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
      report({ from: to - ms, to, ms, cause: null, functions: stack.map(nameOf) });
    };
    require(PEER)(onBlocked, { threshold: THRESHOLD_MS });
  },
};
