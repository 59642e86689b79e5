'use strict';

// `loopdet-addon/metrics`: what the real packages make of it.

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { run } = require('./harness.js');

const options = { load: [], nodeOptions: ['--expose-gc'] };

it("has the names of OpenTelemetry's conventions and of prom-client, and what was measured", async () => {
  const result = await run('metrics.js', options);
  assert.equal(result.code, 0, result.describe('failed'));
  const { text, beside, again, metrics, after } = JSON.parse(result.stdout);

  const points = (/** @type {string} */ name) => {
    const found = metrics.find((/** @type {any} */ one) => one.name === name);
    assert.ok(found, `${name} is not among ${metrics.map((/** @type {any} */ one) => one.name)}`);
    return found.dataPoints;
  };
  const [longest] = points('nodejs.eventloop.delay.max');
  assert.ok(longest.value >= 0.14 && longest.value < 60, `${longest.value} s`);
  for (const name of ['min', 'mean', 'stddev', 'p50', 'p90', 'p99']) {
    assert.ok(points(`nodejs.eventloop.delay.${name}`)[0].value <= longest.value);
  }
  const states = points('nodejs.eventloop.time').map(
    (/** @type {any} */ one) => one.attributes['nodejs.eventloop.state'],
  );
  assert.deepEqual(states, ['active', 'idle']);
  const { value: utilization } = points('nodejs.eventloop.utilization')[0];
  assert.ok(utilization > 0 && utilization <= 1);
  assert.ok(
    points('v8js.memory.heap.used').some(
      (/** @type {any} */ one) =>
        one.attributes['v8js.heap.space.name'] === 'old_space' && one.value > 1e6,
    ),
  );
  const types = points('v8js.gc.duration').map(
    (/** @type {any} */ one) => one.attributes['v8js.gc.type'],
  );
  assert.ok(types.includes('major'), `${types}`);
  const lags = points('loopdet.eventloop.lags');
  assert.ok(lags.some((/** @type {any} */ one) => one.value >= 1));
  assert.deepEqual(points('loopdet.io.slow')[0].attributes, { 'loopdet.io.kind': 'child' });

  const of = (/** @type {string} */ page, /** @type {string} */ name) => [
    ...page.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm')),
  ];
  const [[, , most]] = of(text, 'nodejs_eventloop_lag_max_seconds');
  assert.ok(Number(most) >= 0.14);
  assert.equal(of(text, 'loopdet_io_slow_total')[0][1], 'kind="child"');
  assert.ok(of(text, 'nodejs_heap_space_size_used_bytes').length > 3);
  // The turns since the last collection only.
  const [[, , later]] = of(again, 'nodejs_eventloop_lag_max_seconds');
  assert.ok(Number(later) < Number(most), `${later} of ${most}`);
  // prom-client's own stay its own, under one name each.
  assert.equal(of(beside, 'nodejs_eventloop_lag_p99_seconds').length, 1);
  assert.equal(beside.match(/^# TYPE nodejs_eventloop_lag_p99_seconds/gm).length, 1);
  assert.ok(of(beside, 'loopdet_io_in_flight').length === 1);

  assert.equal(after.text.trim(), '');
  const busyTime = (/** @type {any[]} */ all) =>
    all.find(({ name }) => name === 'nodejs.eventloop.time').dataPoints[0].value;
  assert.equal(busyTime(after.metrics), busyTime(metrics));
});
