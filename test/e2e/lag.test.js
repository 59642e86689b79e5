'use strict';

// Lag: what the addon reports against what the blocked program measured itself.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { describe, it } = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');
const { bare, run, start } = require('./harness.js');

const DEFAULT_THRESHOLD_MS = 50;
/** How far a report may be from the program's own measurement. */
const TOLERANCE_MS = 2;
const CONTEXTS = ['timer', 'immediate', 'fs.stat', 'randomBytes', 'socket', 'microtasks'];
const TIMES = [20, 60, 120, 300, 2000];
/** A busy loop of the program; on a busy machine it may have waited for a CPU as long. */
const JS_CAUSES = ['js', 'starved', 'throttled'];

/** Of a wait that the machine, and not the program, is the reason of. */
const MACHINE_CAUSES = ['starved', 'throttled', 'stopped'];

/** Runs lag.js; gives its measurements and the lag events while the program was calm but for its blocks. */
async function measure(context, times, env) {
  const result = await run('lag.js', {
    args: [context, times.join(',')],
    env: { LOOPDET_LOG: 'json', ...env },
  });
  assert.equal(result.code, 0, result.describe('lag.js failed'));
  const { calmSince, calmUntil, blocks, turns, histogram } = JSON.parse(result.stdout);
  const events = result.events('lag');
  const calm = events.filter(({ time, cause, stack }) => {
    // The machine may keep the program waiting between its blocks, or be slow to print: lag, and rightly told of.
    const isBlock = stack.some(({ url }) => url.endsWith('blocking.js'));
    const isPrinting = stack.some(({ functionName }) => functionName === 'report');
    if ((MACHINE_CAUSES.includes(cause) || isPrinting) && !isBlock) return false;
    const at = Date.parse(time);
    return at >= calmSince && at <= calmUntil;
  });
  return { blocks, turns, events, calm, histogram, result };
}

/** Asserts one event per block, in order, as long as the block, or as the turn with what else it did. */
function sameLengths(events, { blocks, turns, result }, first) {
  const reported = events.map((event) => event.durationMs);
  const message = result.describe(`reported ${reported}, measured ${blocks}, turns ${turns}`);
  assert.equal(reported.length, blocks.length - first, message);
  for (const [index, length] of reported.entries()) {
    assert.ok(length >= blocks[first + index] - TOLERANCE_MS, message);
    assert.ok(length <= turns[first + index] + TOLERANCE_MS, message);
  }
}

/** How often the addon's own thread has woken up. @param {number} pid */
function wakesOfMonitor(pid) {
  const tasks = `/proc/${pid}/task`;
  const isOurs = (task) => fs.readFileSync(`${tasks}/${task}/comm`, 'utf8') === 'loopdet\n';
  const status = fs.readFileSync(`${tasks}/${fs.readdirSync(tasks).find(isOurs)}/status`, 'utf8');
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1]);
}

describe('lag events', () => {
  for (const context of CONTEXTS) {
    it(`are as long as blocks in ${context}`, async () => {
      const measured = await measure(context, TIMES, {});
      const { blocks, turns, calm, histogram } = measured;
      // The default threshold is 50 ms: all but the first block.
      sameLengths(calm, measured, 1);
      assert.ok(histogram.maxMs >= blocks.at(-1) - TOLERANCE_MS, JSON.stringify(histogram));
      assert.ok(histogram.maxMs <= turns.at(-1) + TOLERANCE_MS, JSON.stringify(histogram));
      assert.ok(histogram.minMs <= histogram.p50Ms && histogram.p99Ms <= histogram.maxMs);
    });
  }

  for (const time of TIMES) {
    it(`know a top-level script of ${time} ms`, async () => {
      const { blocks, events, histogram } = await measure('top-level', [time], {});
      const lengths = events.map((event) => event.durationMs);
      // Loading the program belongs to the same turn, so this one may be longer than measured.
      const near = lengths.filter((length) => length >= blocks[0] - TOLERANCE_MS);
      assert.equal(near.length, time > 50 ? 1 : near.length, `${lengths} for ${blocks}`);
      if (near.length > 0) assert.ok(near[0] < blocks[0] + 150, `${lengths} for ${blocks}`);
      assert.ok(histogram.maxMs >= blocks[0] - TOLERANCE_MS, JSON.stringify(histogram));
    });
  }

  it('follow LOOPDET_LAG_THRESHOLD_MS', async () => {
    const low = await measure('timer', [20, 60], { LOOPDET_LAG_THRESHOLD_MS: '15' });
    sameLengths(low.calm, low, 0);
    const high = await measure('timer', [60, 120], { LOOPDET_LAG_THRESHOLD_MS: '100' });
    sameLengths(high.calm, high, 1);
  });

  it('are not sent for blocks under the threshold', async () => {
    const { calm, result } = await measure('timer', Array(10).fill(20), {});
    assert.deepEqual(calm, [], result.describe('a lag event for 20 ms'));
  });

  it('are sent for turns that end before anybody has looked, with their cause', async () => {
    const COUNT = 15;
    const args = [String(DEFAULT_THRESHOLD_MS + 1), String(COUNT)];
    const result = await run('stall/just-over.js', { args, env: { LOOPDET_LOG: 'json' } });
    assert.equal(result.code, 0, result.describe('turns just over the threshold'));
    const lags = result
      .events('lag')
      .map((/** @type {any} */ event) => ({ ...event, began: Date.parse(event.time) }));
    for (const middle of JSON.parse(result.stdout)) {
      const found = lags.some(
        ({ began, durationMs }) => began < middle && middle < began + durationMs,
      );
      assert.ok(found, result.describe(`a lag at ${middle}`));
    }
    const causesOf = (/** @type {string} */ name) =>
      lags
        .filter(({ stack }) => stack.some((frame) => frame.functionName === name))
        .map(({ cause }) => cause);
    const called = causesOf('hashes');
    // On a busy machine one may answer at once, because it was about to return when it got a CPU.
    assert.ok(called.filter((cause) => cause === 'js').length <= COUNT / 3, called.join());
    // The look at nine tenths of the threshold may come too late to one.
    const looped = causesOf('spins');
    assert.ok(looped.filter((cause) => cause === 'unknown').length <= COUNT / 5, looped.join());
  });

  it('name the cause and the function', async () => {
    const { calm } = await measure('timer', [300], {});
    assert.ok(JS_CAUSES.includes(calm[0].cause), calm[0].cause);
    assert.equal(calm[0].stack[0].functionName, 'spin');
    assert.match(calm[0].stack[0].url, /blocking\.js$/);
  });

  it('are not sent for what a crash file takes', async () => {
    // Its frames hold a list that takes a tenth of a second to read; what follows is shorter than the threshold. When the
    // monitor looks is chance.
    for (let round = 0; round < 4; round += 1) {
      const result = await run('last-words.js', { env: { LOOPDET_LOG: 'json' } });
      const { overhead } = result.crash();
      assert.ok(overhead.captureMs + overhead.writeMs > DEFAULT_THRESHOLD_MS, overhead);
      const busy = [...result.events('lag'), ...result.events('stall')].filter(
        ({ cause }) => !MACHINE_CAUSES.includes(cause),
      );
      const crash = result.events('crash')[0];
      // The block of 120 ms ends 20 ms before.
      const last = busy.filter(({ time, durationMs, sinceMs }) => {
        const ended = Date.parse(time) + (durationMs ?? sinceMs);
        return ended > Date.parse(crash.time) - overhead.writeMs;
      });
      assert.deepEqual(last, [], result.describe('a lag of ours'));
    }
  });

  it('are not sent for what recording takes', async () => {
    const env = { LOOPDET_LOG: 'json', LOOPDET_LAG_THRESHOLD_MS: '8' };
    const result = await run('first-rest.js', { env });
    const since = Number(result.stdout);
    const inRest = result.events('lag').filter(({ time, cause }) => {
      const after = Date.parse(time) - since;
      return after > 0 && after < 600 && !MACHINE_CAUSES.includes(cause);
    });
    assert.deepEqual(inRest, [], result.describe('a lag in which nothing of the program ran'));
  });

  it('come as text as well', async () => {
    const result = await run('lag.js', { args: ['timer', '120'], env: { LOOPDET_LOG: 'text' } });
    assert.equal(result.code, 0);
    assert.match(result.stderr, /lag.*\b1[12]\d(\.\d+)? ms/i);
  });
});

describe('the histogram', () => {
  it('counts turns and knows their middle', async () => {
    const result = await run('turns.js', { args: ['40', '15'] });
    const { measured, histogram } = JSON.parse(result.stdout);
    assert.ok(histogram.count >= measured.length, JSON.stringify(histogram));
    const message = JSON.stringify({ measured, histogram });
    // Nearly all turns of this program are the measured ones; the few others are short.
    measured.sort((a, b) => a - b);
    const near = (percentile, index) =>
      assert.ok(Math.abs(percentile - measured[index]) <= TOLERANCE_MS, message);
    near(histogram.p50Ms, Math.floor(measured.length / 2) - 2);
    assert.ok(histogram.p90Ms >= histogram.p50Ms && histogram.p90Ms <= histogram.maxMs, message);
  });
});

describe('an idle process', () => {
  it('wakes up no more often than without the addon', async () => {
    const without = await bare('idle.js');
    const withAddon = await run('idle.js');
    const added = Number(withAddon.stdout) - Number(without.stdout);
    assert.ok(added <= 1, `${added} further turns in half a second`);
  });

  /** V8 may have something left to do, now and then. @param {any} running */
  const isNotLookedAt = async (running) => {
    const counts = [wakesOfMonitor(running.child.pid)];
    while (counts.length < 7) {
      await delay(1000);
      counts.push(wakesOfMonitor(running.child.pid));
    }
    running.kill('SIGTERM');
    await running.done;
    const inASecond = counts.slice(1).map((count, index) => count - counts[index]);
    assert.ok(Math.min(...inASecond) <= 3, `${inASecond}`);
  };

  it('is not looked at: the monitor thread wakes for its gauges, once a second', async () => {
    const running = start('rests.js');
    await running.waitForOutput('ready');
    await isNotLookedAt(running);
  });

  // libuv forgets how long it had waited when a signal comes: so long it seems to be busy.
  it('is not looked at after a signal that came as it had only begun to wait', async () => {
    // (Without the profile, for which the loop is woken once more after two seconds.)
    const running = start('rests-again.js', { env: { LOOPDET_PROFILE: 'off' } });
    await running.waitForOutput('again');
    await delay(20);
    running.kill('SIGSTOP');
    running.kill('SIGCONT');
    await isNotLookedAt(running);
  });
});
