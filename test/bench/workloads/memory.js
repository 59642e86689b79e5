'use strict';

const { once } = require('node:events');
const { setTimeout: delay } = require('node:timers/promises');
const { SESSION_PAIRS } = require('../lib/arms');
const { memoryUse } = require('../lib/proc');
const { program } = require('../lib/subjects');

const LATER_MS = 5000;

/** @param {string} title */
const megabytes = (title) =>
  /** @type {import('../lib/types').Figure} */ ({
    title,
    unit: 'MB',
    digits: 2,
    compare: 'difference',
  });

/** @type {import('../lib/types').Limit[]} */
const LIMITS = ['rssStartMb', 'rssLaterMb'].flatMap((figure) => [
  { figure, base: 'session', arm: 'loopdet', differenceAtMost: 2 },
  { figure, base: 'bare', arm: 'no-profile', differenceAtMost: 2.5 },
]);

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'memory',
  title: 'Resident memory of a program that waits',
  packages: false,
  sensitive: false,
  rounds: 8,
  slices: 1,
  pairs: SESSION_PAIRS,
  figures: {
    rssStartMb: megabytes('resident after start-up'),
    rssLaterMb: megabytes('resident after 5 s'),
    anonymousLaterMb: megabytes('of it anonymous, after 5 s'),
  },
  limits: LIMITS,
  notes: ['A MB is 1,000,000 bytes.'],
  async open(arm, { processes }) {
    const started = processes.startArm(arm, [program('waiting.js')]);
    const output = /** @type {import('node:stream').Readable} */ (started.child.stdout);
    await Promise.race([once(output, 'data'), started.ended]);
    const atStart = memoryUse(started.pid);
    const startedAt = performance.now();
    return {
      async slice() {
        await delay(Math.max(0, LATER_MS - (performance.now() - startedAt)));
        const later = memoryUse(started.pid);
        return {
          rssStartMb: atStart.rssBytes / 1e6,
          rssLaterMb: later.rssBytes / 1e6,
          anonymousLaterMb: later.anonymousBytes / 1e6,
        };
      },
      close: () => processes.finish(started),
    };
  },
};
