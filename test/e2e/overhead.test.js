'use strict';

// What recording takes of a program: by its own account, and what it does about it.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { run, start } = require('./harness.js');

describe('recording', () => {
  it('says what it has taken, by what for', async () => {
    const result = await run('overhead/everything.js', {});
    assert.equal(result.code, 0, result.describe('everything'));
    const overhead = JSON.parse(result.stdout);
    for (const part of ['hooksMs', 'samplesMs', 'ioMs', 'profilerMs', 'monitorMs']) {
      assert.ok(overhead[part] > 0, `${part} of ${result.stdout}`);
    }
    const parts = ['hooksMs', 'samplesMs', 'ioMs', 'workMs', 'profilerMs', 'monitorMs'];
    const sum = parts.reduce((total, part) => total + overhead[part], 0);
    assert.ok(Math.abs(sum - overhead.totalMs) < 0.1, `${sum} of ${result.stdout}`);
    // It is part of the time that has passed, on two threads.
    assert.ok(overhead.totalMs < 2 * overhead.elapsedMs, result.stdout);
    assert.equal(overhead.slower, 1);
  });

  it('forgets nothing when V8 starts its profiler anew', async () => {
    const result = await run('overhead/rests.js', {});
    const taken = JSON.parse(result.stdout);
    assert.deepEqual(
      taken,
      taken.toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b),
    );
    assert.ok(taken.at(-1) > taken[0], result.stdout);
  });

  it('samples less often while it takes more than LOOPDET_MAX_OVERHEAD, and says so', async () => {
    const running = start('overhead/turns.js', {
      env: { LOOPDET_LOG: 'json', LOOPDET_MAX_OVERHEAD: '0.0001' },
    });
    const isIt = (/** @type {any} */ { code }) => code === 'overhead';
    const { message } = await running.waitForEvent('warning', isIt);
    assert.match(message, /^recording took \d+\.\d % of a core: .* half as often$/);
    running.kill('SIGKILL');
    await running.done;
  });

  it('takes no longer for a capture in a large heap, and loses nothing of it', async () => {
    const crashes = [];
    for (const without of ['', 'heapWalk']) {
      const result = await run('crash/large-heap.js', {
        args: ['300'],
        env: { LOOPDET_V8_WITHOUT: without, LOOPDET_CAPTURE_MAX_MS: '5000' },
      });
      const crash = result.crash();
      assert.match(JSON.stringify(crash.frames ?? crash), /1017/);
      crashes.push(crash);
    }
    const [capture, walking] = crashes.map(({ overhead }) => overhead.captureMs);
    assert.ok(capture < walking * 0.7, `${capture} ms, and ${walking} with V8's walk`);
  });

  it('leaves the time for a capture to the reading of it, whatever V8 takes before', async () => {
    const result = await run('crash/large-heap.js', {
      args: ['300'],
      env: { LOOPDET_V8_WITHOUT: 'heapWalk', LOOPDET_CAPTURE_MAX_MS: '100' },
    });
    assert.match(JSON.stringify(result.crash()), /"1017"|1017/);
  });
});
