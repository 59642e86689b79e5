'use strict';

// What a program can ask for itself: require('loopdet-addon/api').

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { it } = require('node:test');
const { ROOT, run, temporaryDirectory } = require('./harness.js');
const { validateDocument } = require('./schemas.js');

it('gives profiles, reports and statistics, and says why when it cannot', async () => {
  const result = await run('api.js', { load: [] });
  assert.equal(result.code, 0, result.describe('failed'));
  const got = JSON.parse(result.stdout);
  assert.deepEqual(got.before, [null, null]);
  assert.deepEqual(got.errors, [
    'ERR_LOOPDET_NOT_STARTED',
    'ERR_LOOPDET_PROFILE_MS',
    'ERR_LOOPDET_PROFILING',
  ]);
  assert.ok(got.functions.includes('grind'));
  assert.deepEqual(got.slow, ['child sleep']);
  const report = JSON.parse(fs.readFileSync(got.file, 'utf8'));
  validateDocument('crash', report, 'the report');
  assert.equal(report.kind, 'manual');
  assert.equal(report.reason, 'the test wants it');
  assert.ok(got.stats.turns > 0 && got.stats.threads > 0);
  assert.ok(got.stats.hooksMs >= 0 && got.stats.collections >= 0);
});

for (const [what, where, name] of [
  ['listener', 'hear', 'said'],
  ['tick', 'answer', 'late'],
]) {
  it(`what a subscriber's ${what} throws is the program's, as in any callback of the loop`, async () => {
    const result = await run('api-listener.js', { args: [what] });
    assert.equal(result.code, 1, result.describe('swallowed'));
    assert.equal(result.stdout, '1: slow-io\nexit\n');
    const { error, frames } = result.crash();
    assert.match(error.message, /^1: slow-io/);
    assert.equal(frames[0].functionName, where);
    assert.ok(frames[0].scopes[0].variables.some((variable) => variable.name === name));
  });
}

it('a subscriber that stops everything may throw as well', async () => {
  const result = await run('api-listener.js', { args: ['stops'] });
  assert.equal(result.code, 1);
  assert.equal(result.stdout, '1: slow-io\nexit\n');
  assert.match(result.stderr, /Error: 1: slow-io/);
  assert.deepEqual(result.notices, []);
});

it('has the same names for ES modules', async () => {
  const file = path.join(temporaryDirectory(), 'api.mjs');
  fs.writeFileSync(
    file,
    `import { start, stats, profile, report, note, on } from ${JSON.stringify(path.join(ROOT, 'js/api.js'))};
    start();
    console.log(typeof stats().hooksMs, [profile, report, note, on].map((one) => typeof one).join());`,
  );
  const result = await run(file, { load: [] });
  assert.equal(result.stdout, 'number function,function,function,function\n', result.stderr);
});
