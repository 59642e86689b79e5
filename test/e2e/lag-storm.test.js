'use strict';

// Lags that come thick: a warning, a report if it is wanted, and never more files than may be.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { run } = require('./harness.js');

// 30 turns of 200 ms: after 25 of them, or fewer on a busy machine, half of ten seconds is gone.
const storm = (env) =>
  run('lag-storm.js', { args: ['30', '200'], env: { LOOPDET_LOG: 'json', ...env } });
const warnings = (result) => result.events('warning').filter(({ code }) => code === 'lag-storm');

describe('a lag storm', { concurrency: 2 }, () => {
  it('is one warning, and with LOOPDET_REPORT=lag a report; subscribers hear of it between turns', async () => {
    const result = await storm({ LOOPDET_REPORT: 'lag' });
    assert.equal(result.code, 0);
    const [{ message }, ...others] = warnings(result);
    const said = /^(\d+) turns of the loop took (\d\.\d) of the last 10 seconds$/.exec(message);
    assert.ok(said, message);
    const [turns, seconds] = said.slice(1).map(Number);
    assert.ok(seconds >= 5, message);
    assert.deepEqual(others, []);
    const report = result.crash();
    assert.equal(report.kind, 'manual');
    assert.equal(report.error, null);
    assert.equal(report.reason, message);
    assert.ok(report.lag.events.length >= turns, `${report.lag.events.length}, ${message}`);
    assert.ok(report.profile.topFunctions.some(({ functionName }) => functionName === 'spin'));
    assert.match(report.Report.error, /not in a report/);
    assert.equal(result.files.profiles().length, 1);
    const heard = result.stdout.trim().split('\n').sort();
    assert.deepEqual(heard, ['crash between', 'profile between', 'warning between']);
  });

  it('makes no file unless that is wanted, nor beyond LOOPDET_FILES_PER_HOUR', async () => {
    const environments = [{}, { LOOPDET_REPORT: 'lag', LOOPDET_FILES_PER_HOUR: '0' }];
    for (const result of await Promise.all(environments.map(storm))) {
      assert.equal(warnings(result).length, 1);
      assert.deepEqual(result.files.written, []);
    }
  });
});
