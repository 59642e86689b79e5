'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { mainStackBetween } = require('../../../js/crash/profile-summary.js');

/** One function that runs for a second, as V8 writes it. */
function profileOf(functionName, startTime) {
  const node = (id, name, children) => ({
    id,
    callFrame: { functionName: name, scriptId: '7', url: '', lineNumber: 4, columnNumber: 0 },
    children,
  });
  return JSON.stringify({
    nodes: [node(1, '(root)', [2]), node(2, functionName)],
    samples: Array(100).fill(2),
    timeDeltas: Array(100).fill(10_000),
    startTime,
    endTime: startTime + 1_000_000,
  });
}

describe('the main stack of a stretch of time', () => {
  it('is what took most of it', () => {
    const [frame] = mainStackBetween(profileOf('work', 0), 200_000, 900_000);
    assert.equal(frame.functionName, 'work');
  });

  it('is not known to a profile that began when most of it was over', () => {
    const text = profileOf('after', 5_000_000);
    assert.deepEqual(mainStackBetween(text, 3_000_000, 6_000_000), []);
    // While it lasts: until now, which is where the profile ends.
    assert.deepEqual(mainStackBetween(text, 3_000_000, Infinity), []);
    assert.equal(mainStackBetween(text, 4_500_000, 6_000_000).length, 1);
  });
});
