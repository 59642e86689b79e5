'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { PROGRAM_CPU, nextMessage } = require('../lib/processes');
const { program } = require('../lib/subjects');

/** @typedef {import('../lib/types').Figure} Figure */
/** @typedef {import('../lib/types').Figures} Figures */
/** @typedef {import('../lib/types').Limit} Limit */

const OPERATIONS = 100_000;
const POOL_THREADS = 4;
const THRESHOLD_MS = 20;
/** How long each operation lasts at least. */
const LASTING_MS = 200;
const MOST_ADDED_BYTES = 200;
const STYLES = { callback: 'fs.stat', promise: 'fs.promises.stat' };
const ENVIRONMENT = {
  LOOPDET_IO_THRESHOLD_MS: String(THRESHOLD_MS),
  UV_THREADPOOL_SIZE: String(POOL_THREADS),
};

/** @type {Record<string, Figure>} */
const FIGURES = {};
/** @type {Limit[]} */
const LIMITS = [];
for (const [style, title] of Object.entries(STYLES)) {
  const bytes = (/** @type {string} */ what) =>
    /** @type {Figure} */ ({
      title: `${title}: ${what}`,
      unit: 'bytes per operation',
      digits: 0,
      compare: 'difference',
    });
  Object.assign(FIGURES, {
    [`${style}RssBytes`]: bytes('resident while all are under way'),
    [`${style}HeapBytes`]: bytes('of it JavaScript heap'),
    [`${style}AgainBytes`]: bytes('more resident when as many are under way again'),
    [`${style}LeftHeapBytes`]: bytes('JavaScript heap left after all'),
    [`${style}WrongEvents`]: {
      title: `${title}: events lost or too many`,
      unit: `of ${2 * OPERATIONS}`,
      digits: 0,
      compare: 'value',
    },
  });
  const pair = { arm: 'loopdet' };
  LIMITS.push(
    { ...pair, figure: `${style}RssBytes`, differenceAtMost: MOST_ADDED_BYTES },
    { ...pair, figure: `${style}WrongEvents`, valueAtMost: 0, everyRound: true },
  );
}

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'io-in-flight',
  title: `${OPERATIONS} operations under way at once`,
  packages: false,
  sensitive: false,
  rounds: 1,
  turns: 1,
  arms: ['bare', 'again', 'loopdet', 'io-off'],
  figures: FIGURES,
  limits: LIMITS,
  notes: [
    `All threads of the pool are blocked, ${OPERATIONS} operations queue behind them for ${LASTING_MS} ms or more, and ` +
      `all end; then once more. Each is slower than the threshold (${THRESHOLD_MS} ms) and has to be one event. ` +
      'Memory is read after a forced collection and counted from just before the first operation; the ' +
      'difference of two arms is what one operation costs.',
  ],
  async open(arm, { processes, root, workspace }) {
    const events = arm.kind === 'ours' && arm.env.LOOPDET_IO !== 'off';
    const fifos = Array.from({ length: POOL_THREADS }, (_, index) =>
      path.join(workspace, `in-flight-${index}.fifo`),
    );
    spawnSync('mkfifo', fifos, { timeout: 5000 }); // there already from the second time on
    /** @param {string} style */
    const measure = async (style) => {
      const given = [style, OPERATIONS, LASTING_MS, fifos.join(), events ? root : ''].map(String);
      const started = processes.startArm(
        arm,
        ['--expose-gc', program('io-in-flight.js'), ...given],
        { cpu: PROGRAM_CPU, ipc: true, env: ENVIRONMENT },
      );
      try {
        return await nextMessage(started);
      } finally {
        await processes.finish(started);
      }
    };
    return {
      async slice() {
        /** @type {Figures} */
        const figures = {};
        for (const style of Object.keys(STYLES)) {
          for (const [name, value] of Object.entries(await measure(style))) {
            figures[`${style}${name[0].toUpperCase()}${name.slice(1)}`] = value;
          }
        }
        return figures;
      },
      close() {},
    };
  },
};
