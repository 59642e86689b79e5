'use strict';

const { monotonicNow } = require('../spin');

/** @typedef {import('../types').Report} Report */
/** @typedef {import('../types').Early} Early */

/** @param {{functionName: string}[]} stack */
const namesOf = (stack) => stack.map(({ functionName }) => functionName);

/** @type {import('../types').Tool} */
module.exports = {
  name: 'loopdet',
  title: 'loopdet',
  thresholdMs: 50,
  tellsDuration: true,
  tellsCause: true,
  names: 'blocker',
  tellsEarly: true,
  note: 'Default settings; the lag events of LOOPDET_LOG=json are its reports, the stall events its early records.',
  listen(root) {
    /** @type {Report[]} */
    const reports = [];
    /** @type {Early[]} */
    const early = [];
    /** An event has the time of the clock on the wall. @param {string} time */
    const fromWall = (time) => monotonicNow() - (Date.now() - Date.parse(time));
    return {
      execArgv: ['--require', root],
      env: { LOOPDET_LOG: 'json' },
      onLine(line, at) {
        if (!line.startsWith('{')) return;
        const { event, time, durationMs, sinceMs, cause, stack, threadId } = JSON.parse(line);
        if (threadId !== 0) return;
        if (event === 'lag') {
          const from = fromWall(time);
          const functions = namesOf(stack);
          reports.push({ from, to: from + durationMs, ms: durationMs, cause, functions });
        }
        if (event === 'stall') {
          const to = fromWall(time);
          const functions = namesOf(stack);
          early.push({ from: to - sinceMs, to, ms: sinceMs, cause, functions, seen: at });
        }
      },
      reports: () => reports,
      early: () => early,
      close() {},
    };
  },
};
