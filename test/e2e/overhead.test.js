'use strict';

// What recording takes of a program: by its own account, and what it does about it.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { describe, it } = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');
const { compareCaptures } = require('./captures.js');
const { run, start } = require('./harness.js');

/** In kB, what is in memory of the read-only data of Node's own file. @param {number} pid */
function nodesData(pid) {
  const node = fs.realpathSync(`/proc/${pid}/exe`);
  let total = 0;
  let counts = false;
  for (const line of fs.readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ (\S+) (\S+ ){3}\s*(.*)/.exec(line);
    if (mapping) counts = mapping[1] === 'r--p' && mapping[3] === node;
    else if (counts && line.startsWith('Rss:')) total += Number.parseInt(line.slice(4), 10);
  }
  return total;
}

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

  it('leaves less of what was read at the start in memory than there is without it', async () => {
    const without = start('rests.js', { load: [] });
    const withAddon = start('rests.js', {});
    await Promise.all([without, withAddon].map((one) => one.waitForOutput('ready')));
    const limit = Date.now() + 10_000;
    const pids = [withAddon, without].map(({ child }) => child.pid);
    let [ours, bare] = pids.map(nodesData);
    while (ours > bare / 2 && Date.now() < limit) {
      await delay(100);
      [ours, bare] = pids.map(nodesData);
    }
    for (const one of [without, withAddon]) one.kill('SIGKILL');
    await Promise.all([without.done, withAddon.done]);
    assert.ok(bare > 1000, `${bare} kB`);
    assert.ok(ours <= bare / 2, `${ours} kB, and ${bare} kB without it`);
  });

  it('has a capture’s modules of Node’s loaded in a rest, but not the inspector, which may be the program’s', async () => {
    const result = await run('overhead/rested.js', {});
    const { before, rested } = JSON.parse(result.stdout);
    for (const name of ['worker_threads', 'v8', 'internal/process/report']) {
      assert.ok(!before.includes(name) && rested.includes(name), result.describe(name));
    }
    assert.ok(!rested.includes('inspector'));
    assert.equal(result.crash().error.message, 'rested');
  });

  it('takes no longer for a capture in a large heap, and loses nothing of it', async () => {
    const { capture, without: walking } = await compareCaptures('crash/large-heap.js', 'heapWalk', {
      args: ['300'],
      env: { LOOPDET_CAPTURE_MAX_MS: '5000' },
      check: (crash) => assert.match(JSON.stringify(crash.frames ?? crash), /1017/),
    });
    assert.ok(capture < walking * 0.5, `${capture} ms, and ${walking} with V8's walk`);
  });

  it('leaves the time for a capture to the reading of it, whatever V8 takes before', async () => {
    const result = await run('crash/large-heap.js', {
      args: ['300'],
      env: { LOOPDET_V8_WITHOUT: 'heapWalk', LOOPDET_CAPTURE_MAX_MS: '100' },
    });
    assert.match(JSON.stringify(result.crash()), /"1017"|1017/);
  });
});
