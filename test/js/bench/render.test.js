'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { renderText } = require('../../bench/lib/render');
const { WORKLOADS } = require('../../bench/workloads');

const [workload] = WORKLOADS.filter(({ name }) => name === 'io-readfile');
const same = (/** @type {number} */ value) => ({ median: value, min: value, max: value });

/** @param {string} arm @param {number} ratio of what it does in a second of CPU @param {number} [ownShare] */
function resultOf(arm, ratio, ownShare) {
  const of = (/** @type {number} */ base, /** @type {number} */ value) => ({
    base: same(base),
    arm: same(value),
    ratio: base > 0 ? same(value / base) : null,
    difference: same(value - base),
  });
  const summary = {
    operationsPerSecond: of(100, 100 * ratio),
    operationsPerCpuSecond: of(100, 100 * ratio),
    ...(ownShare === undefined ? {} : { ownShare: of(0, ownShare) }),
  };
  return { arm, rounds: 3, turns: 20, quiet: true, summary };
}

/** @param {ReturnType<typeof resultOf>[]} arms @returns {string} what is said of the addon's own account */
function verdictOn(...arms) {
  const text = renderText(workload, { arms, rounds: [], missing: {} });
  return text.split('\n').find((line) => line.includes('own account')) ?? '';
}

it('a cost is explained by what the addon counts and by what listeners that only count cost', () => {
  const ours = resultOf('loopdet', 0.93, 2);
  assert.match(verdictOn(ours), /7\.0 measured, within 3 points: NOT HELD/);
  const floor = resultOf('empty-io', 0.96);
  assert.match(
    verdictOn(ours, floor),
    /7\.0 measured, 4\.0 of it by empty-io, within 3 points: held/,
  );
  assert.match(verdictOn(resultOf('loopdet', 0.88, 2), floor), /within 3 points: NOT HELD/);
});
