'use strict';

const { once } = require('node:events');
const { setTimeout: delay } = require('node:timers/promises');
const { ALL_ARMS } = require('../lib/arms');
const { ask } = require('../lib/processes');
const { threadUse } = require('../lib/proc');
const { program } = require('../lib/subjects');

/** @typedef {import('../lib/proc').ThreadUse} ThreadUse */
/** @typedef {import('../lib/types').Figures} Figures */

const MONITOR_THREAD = 'loopdet';
/** V8 collects the garbage of the start once, after 8 s as a rule, in many short turns of the loop. */
const SETTLE_MS = 15_000;
const WINDOW_SECONDS = 10;
/** Time for the main thread to fall asleep again after it answered a question. */
const ASLEEP_MS = 100;

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'idle',
  title: 'An idle process for 10 s',
  packages: false,
  sensitive: false,
  together: true,
  rounds: 3,
  turns: 1,
  arms: ALL_ARMS,
  figures: {
    processCpu: { title: 'CPU of all threads', unit: '%', digits: 3, compare: 'difference' },
    loopTurns: { title: 'turns of the loop', unit: '1/s', digits: 2, compare: 'difference' },
    mainSwitches: {
      title: 'wake-ups of the main thread',
      unit: '1/s',
      digits: 2,
      compare: 'difference',
    },
    mainCpu: { title: 'CPU of the main thread', unit: '%', digits: 3, compare: 'difference' },
    monitorCpu: { title: 'CPU of the monitor thread', unit: '%', digits: 3, compare: 'value' },
    monitorSwitches: {
      title: 'wake-ups of the monitor thread',
      unit: '1/s',
      digits: 1,
      compare: 'value',
    },
  },
  limits: [
    // The questions before and after take a turn or two; more than that is ours.
    { figure: 'loopTurns', arm: 'loopdet', differenceAtMost: 0.1 },
    { figure: 'mainSwitches', arm: 'loopdet', differenceAtMost: 0.1 },
    { figure: 'processCpu', arm: 'loopdet', differenceAtMost: 0.1 },
  ],
  notes: [
    'From 15 s after the start on: before that V8 collects the garbage of the start, once, where there is enough.',
  ],
  async open(arm, { processes }) {
    const started = processes.startArm(arm, [program('waiting.js')], { ipc: true });
    const output = /** @type {import('node:stream').Readable} */ (started.child.stdout);
    await Promise.race([once(output, 'data'), started.ended]);
    return {
      /** @returns {Promise<import('../lib/types').Figures>} */
      async slice() {
        await delay(SETTLE_MS);
        const loopBefore = (await ask(started, {})).loopCount;
        await delay(ASLEEP_MS);
        const before = threadUse(started.pid);
        await delay(WINDOW_SECONDS * 1000);
        const after = threadUse(started.pid);
        const loopAfter = (await ask(started, {})).loopCount;
        const figures = threadFigures(before, after);
        if (loopBefore !== null) figures.loopTurns = (loopAfter - loopBefore) / WINDOW_SECONDS;
        return figures;
      },
      close: () => processes.finish(started),
    };
  },
};

/**
 * @param {ThreadUse[]} before
 * @param {ThreadUse[]} after
 * @returns {Figures}
 */
function threadFigures(before, after) {
  const used = after.map((thread) => {
    const earlier = before.find(({ tid }) => tid === thread.tid);
    return {
      name: thread.name,
      cpu: ((thread.cpuSeconds - (earlier?.cpuSeconds ?? 0)) / WINDOW_SECONDS) * 100,
      switches: (thread.voluntarySwitches - (earlier?.voluntarySwitches ?? 0)) / WINDOW_SECONDS,
    };
  });
  const monitor = used.find(({ name }) => name === MONITOR_THREAD);
  return {
    mainSwitches: used[0].switches,
    mainCpu: used[0].cpu,
    processCpu: used.reduce((sum, { cpu }) => sum + cpu, 0),
    ...(monitor ? { monitorCpu: monitor.cpu, monitorSwitches: monitor.switches } : {}),
  };
}
