'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { configureRedaction, redactionSection } = require('../../../js/crash/redact.js');
const { rehearsal } = require('../../../js/crash/rehearsal.js');

describe('a rehearsal', () => {
  it('goes through all of a crash file, bit by bit, and leaves nothing', () => {
    const none = () => null;
    const binding = {
      classOf: () => 'Object',
      insideOfPromise: none,
      insideOfProxy: none,
      entriesOf: none,
    };
    const config = {
      redact: true,
      redactNames: [],
      captureMaxBytes: 1e6,
      captureDepth: 3,
      env: 'selected',
    };
    configureRedaction(config);
    const written = new Set();
    const parts = {
      header: () => written.add('header'),
      native: (/** @type {string} */ name) => written.add(name),
      io: none,
      profile: () => written.add('profile'),
    };
    const steps = [...rehearsal(binding, config, parts)];
    assert.ok(steps.length > 5, `${steps.length} steps`);
    for (const section of ['header', 'lag', 'stall', 'gc', 'profile', 'overhead']) {
      assert.ok(written.has(section), section);
    }
    assert.deepEqual(redactionSection(), { count: 0, rules: [] });
  });
});
