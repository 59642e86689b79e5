'use strict';

const INTERVAL_MS = 10;
const THRESHOLD_MS = 20;
const NOT_BUSY = new Set(['(idle)', '(program)', '(root)']);

/** @typedef {import('node:inspector').Profiler.Profile} Profile */

/**
 * Each run of samples in which the thread was busy. All times of a profile are microseconds of CLOCK_MONOTONIC.
 * @param {Profile} profile
 * @param {(report: import('../types').Report) => void} report
 */
function reportBusyPeriods({ nodes, samples = [], timeDeltas = [], startTime }, report) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const nameOf = (/** @type {number} */ id) => byId.get(id)?.callFrame.functionName ?? '';
  /** @type {number[]} */
  let busy = [];
  let from = 0;
  let at = startTime / 1000;
  const end = () => {
    const ms = at - from;
    if (busy.length > 0 && ms > THRESHOLD_MS) {
      report({ from, to: at, ms, cause: null, functions: stackOf(mostFrequent(busy)) });
    }
    busy = [];
  };
  const stackOf = (/** @type {number | undefined} */ id) => {
    const names = [];
    for (; id !== undefined; id = parents.get(id)) names.push(nameOf(id));
    return names;
  };
  for (const [index, sample] of samples.entries()) {
    const next = at + timeDeltas[index] / 1000;
    if (NOT_BUSY.has(nameOf(sample))) end();
    // A sample stands for the time since the one before.
    else if (busy.push(sample) === 1) from = at;
    at = next;
  }
  end();
}

/** @param {number[]} samples */
function mostFrequent(samples) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const sample of samples) counts.set(sample, (counts.get(sample) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** @type {import('../types').Tool} */
module.exports = {
  name: 'profiler',
  title: 'V8 CPU profiler',
  thresholdMs: THRESHOLD_MS,
  tellsDuration: true,
  tellsCause: false,
  names: 'blocker',
  tellsEarly: false,
  note: `A sample each ${INTERVAL_MS} ms; busy samples in a row are a report, made when all is over.`,
  inside(report) {
    // Here, and not in every program that is measured.
    const { Session } = require('node:inspector');
    const session = new Session();
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MS * 1000 });
    session.post('Profiler.start');
    return () =>
      session.post('Profiler.stop', (error, answer) => {
        if (error) throw error;
        reportBusyPeriods(answer.profile, report);
      });
  },
};
