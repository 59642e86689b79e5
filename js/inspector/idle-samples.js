'use strict';

/**
 * V8 marks the time in which the loop waits as "(idle)", but it can only do so when it takes a sample, and the
 * profiler's signal is blocked while the loop waits: the whole wait would be counted to the sample before it. This puts
 * an idle sample where each wait began.
 * @param {any} profile Profiler.Profile, changed in place
 * @param {number} intervalMs between two samples
 * @returns {any} the same profile
 */
function markIdle(profile, intervalMs) {
  const idle = profile.nodes.find(
    (/** @type {any} */ node) => node.callFrame.functionName === '(idle)',
  );
  if (!idle) return profile;
  const interval = intervalMs * 1000;
  const samples = [];
  const timeDeltas = [];
  for (const [i, sample] of profile.samples.entries()) {
    const delta = profile.timeDeltas[i];
    // The sample that ends a wait is idle, and comes late. A starved process's late samples are not idle.
    if (sample === idle.id && delta > 2 * interval) {
      samples.push(sample, sample);
      timeDeltas.push(interval, delta - interval);
    } else {
      samples.push(sample);
      timeDeltas.push(delta);
    }
  }
  return Object.assign(profile, { samples, timeDeltas });
}

module.exports = { markIdle };
