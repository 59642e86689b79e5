'use strict';

// Stalls: what is known of a turn while it still lasts, and what caused it.

const assert = require('node:assert/strict');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const {
  NODE,
  PROGRAMS,
  nothingHalfWritten,
  run,
  start,
  temporaryDirectory,
} = require('./harness.js');

const LOG = { LOOPDET_LOG: 'json' };
/** What a busy loop may be called: on a busy machine it waits for a CPU as well. */
const JS_CAUSES = ['js', 'starved', 'throttled'];
const NATIVE_CAUSES = ['native', 'starved', 'throttled'];
const SYSCALL_CAUSES = ['syscall', 'starved', 'throttled'];
const STALL_FILE = /^stall\.\d{8}\.\d{6}\.\d+\.\d+\.\d{3}\.json$/;

/** Every function that an event, or a stall file's samples, names. */
function functionsOf({ stack = [], samples = [], stackAfter = [] }) {
  return [...stack, ...stackAfter, ...samples.flatMap((sample) => sample.stack)].map(
    (entry) => entry.functionName,
  );
}

/** Waits for the stall file, with the program still running; gives it read and validated. */
async function stallFileOf(running) {
  await running.waitFor((run) => run.files.matching(STALL_FILE).length > 0, 'a stall file');
  return running.stalls()[0];
}

/** Ends a program that would not end by itself. */
async function finish(running) {
  running.kill('SIGKILL');
  await running.done;
  assert.equal(running.signal, 'SIGKILL');
}

describe('an endless loop', () => {
  const programs = {
    'endless.js': 'endlessSearch',
    'endless-top-level.js': 'neverEnds',
    'endless-microtasks.js': 'starve',
    'endless-worker.js': 'workerNeverEnds',
  };
  for (const [program, functionName] of Object.entries(programs)) {
    it(`is seen, and recorded in a file, while it lasts: ${program}`, async () => {
      const running = start(`stall/${program}`, { env: LOG });
      // On a busy machine the start of a worker is a stall of its own, in either thread.
      const thread = program === 'endless-worker.js' ? 1 : 0;
      const first = await running.waitForEvent(
        'stall',
        ({ cause, threadId }) => threadId === thread && JS_CAUSES.includes(cause),
      );
      assert.ok(first.sinceMs >= 40 && first.sinceMs < 1000, `first after ${first.sinceMs} ms`);
      await running.waitForEvent('stall', (event) => functionsOf(event).includes(functionName));

      const file = await stallFileOf(running);
      assert.equal(file.complete, false);
      assert.ok(JS_CAUSES.includes(file.stall.cause), file.stall.cause);
      assert.ok(file.stall.sinceMs >= 900, `${file.stall.sinceMs}`);
      assert.ok(functionsOf(file.stall).includes(functionName), JSON.stringify(file.stall));
      const samples = file.stall.samples.reduce((sum, sample) => sum + sample.count, 0);
      // Between two microtasks there is no frame to sample: there the CPU profile says what runs.
      const least = program === 'endless-microtasks.js' ? 1 : 20;
      assert.ok(samples >= least, `${samples} samples in a second`);
      assert.equal(fs.statSync(running.files.path(file.fileName)).mode & 0o777, 0o600);
      await finish(running);
    });
  }
});

describe('a loop that hardly serves an interrupt', () => {
  it('is JavaScript, in the function that the profile has', async () => {
    const result = await run('stall/silent.js', { env: LOG });
    const lag = result.events('lag').find((event) => event.durationMs > 1000);
    assert.ok(lag, result.describe('no lag event'));
    assert.ok(JS_CAUSES.includes(lag.cause), lag.cause);
    assert.ok(functionsOf(lag).includes('fillsArrays'), JSON.stringify(lag));
    const [{ stall }] = result.stalls();
    assert.ok(JS_CAUSES.includes(stall.cause), stall.cause);
    const [first, ...others] = stall.samples;
    assert.ok(functionsOf(first).includes('fillsArrays'), JSON.stringify(stall));
    const count = others.reduce((sum, sample) => sum + sample.count, 0);
    assert.ok(first.count > count, JSON.stringify(stall));
  });

  for (const [what, args, env] of [
    ['there is no profile', [], { LOOPDET_PROFILE: 'off' }],
    ['the profile could not begin before', ['at-once'], {}],
  ]) {
    it(`is not what ran after it, where ${what}`, async () => {
      const result = await run('stall/silent.js', { args, env: { ...LOG, ...env } });
      const lag = result.events('lag').find((event) => event.durationMs > 1000);
      assert.ok(lag, result.describe('no lag event'));
      assert.ok(JS_CAUSES.includes(lag.cause), lag.cause);
      const [{ stall }] = result.stalls();
      for (const { count, stack } of [...stall.samples, { count: 1, stack: lag.stack }]) {
        const isKnown = functionsOf({ stack }).includes('fillsArrays');
        assert.ok(isKnown || stack.length === 0 || count <= 2, JSON.stringify([lag, stall]));
      }
      assert.ok(lag.stack.length === 0 || functionsOf(lag).includes('fillsArrays'), lag.stack);
    });
  }
});

describe('a block after a rest', () => {
  for (const way of ['timer', 'message', 'socket', 'pipe']) {
    it(`is seen as soon as any other: ${way}`, async () => {
      const result = await run('stall/after-rest.js', { args: [way], env: LOG });
      const isBlock = (event) => functionsOf(event).includes('blocksAfterRest');
      const [lag, ...others] = result.events('lag').filter(isBlock);
      assert.ok(lag, result.describe('no lag'));
      assert.deepEqual(others, []);
      const causes = [...JS_CAUSES, 'native'];
      assert.ok(causes.includes(lag.cause), lag.cause);
      // Told of while it lasts, by a look that came in time. Not why: a virtual machine may have taken the pages of a program
      // that rests, and its first answers come milliseconds late, as those out of a native call do.
      const [seen] = result.events('stall');
      assert.ok(seen, result.describe('no stall'));
      assert.ok(causes.includes(seen.cause), seen.cause);
      assert.ok(seen.sinceMs < Math.min(lag.durationMs, 100), result.describe('too late'));
    });
  }
});

describe('a long garbage collection', () => {
  it('is an event of its own, as long as it took', async () => {
    const env = { ...LOG, LOOPDET_LAG_THRESHOLD_MS: 5 };
    const result = await run('stall/collects.js', { nodeOptions: ['--expose-gc'], env });
    const { tookMs } = JSON.parse(result.stdout);
    const major = result.events('gc').filter(({ kind }) => kind === 'major');
    assert.ok(major.length > 0, result.describe(`no event for ${tookMs} ms`));
    const { durationMs } = major.at(-1);
    assert.ok(durationMs <= tookMs && durationMs >= tookMs / 2, `${durationMs} for ${tookMs}`);
  });
});

describe('a block inside one native call', () => {
  it('pbkdf2Sync: native, and the JS function when it returns', async () => {
    const running = start('stall/pbkdf2.js', { env: LOG });
    const during = await running.waitForEvent('stall', (event) => event.native?.length > 0);
    assert.ok(NATIVE_CAUSES.includes(during.cause), running.describe('cause'));
    const file = await stallFileOf(running);
    assert.ok(NATIVE_CAUSES.includes(file.stall.cause), file.stall.cause);
    assert.ok(file.stall.native.length > 0, 'native functions');
    await running.done;
    assert.equal(running.code, 0);
    const lag = running.events('lag').find((event) => event.durationMs > 1000);
    assert.ok(lag, running.describe('no lag event'));
    assert.ok(NATIVE_CAUSES.includes(lag.cause), lag.cause);
    assert.ok(functionsOf(lag).includes('hashPassword'), JSON.stringify(lag));
    const [after] = running.stalls();
    assert.equal(after.complete, true);
    assert.ok(functionsOf(after.stall).includes('hashPassword'), JSON.stringify(after.stall));
    nothingHalfWritten(running);
  });

  // With samples 300 ms apart the CPU profile begins (250 ms after the start) before the first look at the native
  // call: both are asked for while it lasts.
  for (const [when, sampleMs] of [
    ['beside JavaScript that answers each sample', '10'],
    ['when the profile begins as it returns', '300'],
  ]) {
    it(`counts for as long as it lasts, ${when}`, async () => {
      const env = { ...LOG, LOOPDET_STALL_SAMPLE_MS: sampleMs };
      const result = await run('stall/work-then-native.js', { env });
      const lag = result.events('lag').find((event) => event.durationMs > 1000);
      assert.ok(lag, result.describe('no lag event'));
      assert.ok(NATIVE_CAUSES.includes(lag.cause), lag.cause);
      const [{ stall }] = result.stalls();
      assert.ok(functionsOf(lag).includes('hashPassword'), JSON.stringify([lag, stall]));
      // Not the one stack that the profile has where no sample was answered.
      assert.ok(stall.samples[0].count > 1, JSON.stringify(stall));
    });
  }

  it('a built-in function of V8 is one, too', async () => {
    const result = await run('stall/built-in.js', { env: LOG });
    const lag = result.events('lag').find((event) => event.durationMs > 300);
    assert.ok(lag, result.describe('no lag event'));
    assert.ok(NATIVE_CAUSES.includes(lag.cause), lag.cause);
    assert.ok(functionsOf(lag).includes('looksForNothing'), JSON.stringify(lag));
  });

  it('execSync: the system call it waits in', async () => {
    const running = start('stall/exec-sync.js', { env: LOG });
    const during = await running.waitForEvent('stall', (event) => event.syscall);
    assert.ok(SYSCALL_CAUSES.includes(during.cause), running.describe('cause'));
    assert.match(during.syscall.name, /epoll|poll/);
    const file = await stallFileOf(running);
    assert.equal(file.stall.cause, 'syscall');
    assert.match(file.stall.syscall.name, /epoll|poll/);
    await running.done;
    const lag = running.events('lag').find((event) => event.durationMs > 1400);
    assert.equal(lag.cause, 'syscall');
    assert.ok(functionsOf(lag).includes('runBackup'), JSON.stringify(lag));
  });

  it('readSync of a pipe: read, and the path of the pipe', async () => {
    const pipe = path.join(temporaryDirectory(), 'orders.pipe');
    execFileSync('mkfifo', [pipe]);
    const running = start('stall/fifo.js', { args: [pipe], env: LOG });
    const during = await running.waitForEvent('stall', (event) => event.syscall);
    assert.ok(SYSCALL_CAUSES.includes(during.cause), running.describe('cause'));
    assert.equal(during.syscall.name, 'read');
    assert.match(during.syscall.target, /orders\.pipe/);
    const file = await stallFileOf(running);
    assert.match(file.stall.syscall.target, /orders\.pipe/);
    fs.appendFileSync(pipe, 'x');
    await running.done;
    assert.equal(running.stdout, 'reading\nread x\n');
    const lag = running.events('lag').find((event) => event.durationMs > 900);
    assert.ok(functionsOf(lag).includes('readPipe'), JSON.stringify(lag));
  });

  it('readSync of a pipe whose name is no UTF-8', async () => {
    const running = start('stall/fifo-bytes.js', { args: [temporaryDirectory()], env: LOG });
    const during = await running.waitForEvent('stall', (event) => event.syscall?.name === 'read');
    assert.match(during.syscall.target, /bad.name$/u);
    const file = await stallFileOf(running);
    assert.match(file.stall.syscall.target, /bad.name$/u);
    await finish(running);
  });

  it('Atomics.wait: futex', async () => {
    const running = start('stall/atomics.js', { env: LOG });
    const during = await running.waitForEvent('stall', (event) => event.syscall);
    assert.ok(SYSCALL_CAUSES.includes(during.cause), running.describe('cause'));
    assert.match(during.syscall.name, /futex/);
    await running.done;
    assert.equal(running.code, 0);
  });
});

describe('the cause', () => {
  it('is gc under garbage collection', async () => {
    const running = start('stall/gc.js', { env: LOG, nodeOptions: ['--expose-gc'] });
    await running.done;
    const lag = running.events('lag').find((event) => functionsOf(event).includes('collectAgain'));
    assert.equal(lag?.cause, 'gc', running.describe('lag'));
    const stalls = running.events('stall').filter((event) => event.sinceMs > 300);
    assert.ok(
      stalls.length === 0 || stalls.some((event) => event.cause === 'gc'),
      'while it lasts',
    );
  });

  it('is stopped for a process that was stopped, and never js', async () => {
    const running = start('stall/busy-turns.js', { env: LOG });
    await running.waitForOutput('turning');
    const before = running.events('lag').length;
    running.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 700));
    running.kill('SIGCONT');
    await running.waitForEvent('lag', (event) => event.durationMs > 600);
    await finish(running);
    const lag = running.events('lag').slice(before);
    const long = lag.filter((event) => event.durationMs > 600);
    assert.deepEqual(
      long.map((event) => event.cause),
      ['stopped'],
      running.describe('lag'),
    );
    const wrong = running.events('stall').filter((event) => event.sinceMs > 600);
    for (const event of wrong) assert.equal(event.cause, 'stopped');
  });

  it('of a stop while idle is nobody: no lag of the program', async () => {
    const running = start('heap-wait.js', { env: LOG });
    await running.waitForOutput('ready');
    running.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 500));
    running.kill('SIGCONT');
    running.kill('SIGTERM');
    await running.done;
    for (const event of [...running.events('lag'), ...running.events('stall')]) {
      const lasted = event.durationMs ?? event.sinceMs;
      if (lasted > 400) assert.equal(event.cause, 'stopped', running.describe('cause'));
    }
  });

  it('is starved on a busy machine', async (context) => {
    if (spawnSync('taskset', ['--version']).error) return context.skip('no taskset');
    const running = start('stall/cpu-turns.js', {
      args: ['6'],
      env: LOG,
      launcher: ['taskset', '-c', '0', 'nice', '-n', '5'],
    });
    await running.waitForOutput('ready');
    const words = ['-c', '0', NODE, path.join(PROGRAMS, 'stall/hog.js')];
    const hogs = Array.from({ length: 3 }, () =>
      spawn('taskset', words, { stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    try {
      await Promise.all(hogs.map((hog) => once(hog.stdout, 'data')));
      running.kill('SIGHUP');
      await running.done;
      const longest = JSON.parse(running.stdout.split('\n')[1]);
      if (longest.wallMs < 4 * longest.cpuMs) return context.skip('the machine is not busy enough');
      const near = (event) => Math.abs(event.durationMs - longest.wallMs) < longest.wallMs / 4;
      const lag = running.events('lag').find(near);
      assert.equal(lag?.cause, 'starved', running.describe(JSON.stringify(longest)));
    } finally {
      for (const hog of hogs) hog.kill('SIGKILL');
    }
  });
});

describe('a stall over a second', () => {
  it('leaves a stall file and a CPU profile', async () => {
    const running = start('stall/two-seconds.js', { args: ['tell'], env: LOG });
    await running.done;
    assert.equal(running.code, 0);
    const [file] = running.stalls();
    assert.ok(file, running.describe('no stall file'));
    assert.equal(file.complete, true);
    const { durationMs } = file.stall;
    const tookMs = Number(running.stdout);
    assert.ok(durationMs > tookMs - 10 && durationMs < tookMs * 1.25, `${durationMs}, ${tookMs}`);
    assert.ok(functionsOf(file.stall).includes('grind'));
    assert.equal(running.files.profiles().length, 1, running.describe('profile'));
    const [profile] = running.files.profiles();
    assert.equal(profile.split('.').slice(1, 3).join().length, '20260101,000000'.length);
    assert.equal(file.profile?.file && path.basename(file.profile.file), profile);
    assert.equal(running.events('profile').length, 1);
    nothingHalfWritten(running);
  });

  it('is not one of the shorter ones', async () => {
    const running = start('lag.js', { args: ['timer', '300'], env: LOG });
    await running.done;
    assert.deepEqual(running.files.matching(/^(stall|CPU)/), []);
    assert.ok(running.events('stall').length >= 1, 'but it is an event');
  });
});

describe('sampling', () => {
  it('does not change what a busy program computes', async () => {
    const args = ['4000'];
    const running = start('compute.js', { args, env: { LOOPDET_STALL_SAMPLE_MS: '1' } });
    const plain = start('compute.js', { args, load: [] });
    await Promise.all([running.done, plain.done]);
    assert.equal(running.code, 0, running.describe('failed'));
    assert.equal(running.stdout, plain.stdout);
  });
});
