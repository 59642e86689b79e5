'use strict';

const { once } = require('node:events');
const { setTimeout: delay } = require('node:timers/promises');
const { ALL_ARMS } = require('../lib/arms');
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
const LIMITS = ['rssLaterMb', 'rssStartMb'].flatMap((figure) => [
  { figure, arm: 'loopdet', differenceAtMost: 8 },
  { figure, arm: 'profile-off', differenceAtMost: 2.5 },
]);

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'memory',
  title: 'Resident memory of a program that waits',
  packages: false,
  sensitive: false,
  together: true,
  rounds: 3,
  turns: 1,
  arms: ALL_ARMS,
  figures: {
    rssLaterMb: megabytes('resident after 5 s'),
    rssStartMb: megabytes('resident after start-up'),
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
