'use strict';

// Slow I/O: the file system, on FIFOs that another process opens or fills late, and the thread pool.

const assert = require('node:assert/strict');
const { before, describe, it } = require('node:test');
const { run, temporaryDirectory } = require('./harness.js');
const {
  ENVIRONMENT,
  TOLERANCE_MS,
  runMeasured,
  sameOperations,
} = require('./programs/io/expect.js');

describe('a slow file-system operation is one event', () => {
  for (const mode of ['callbacks', 'writing', 'byPromise', 'handles', 'streams']) {
    it(mode, () => runMeasured('fs-async.js', [temporaryDirectory(), mode]));
  }
});

const isMeasured = (method, target) => (one) => one.method === method && one.target === target;

describe('synchronous operations that block the loop', () => {
  /** @type {import('./harness.js').Run} */
  let result;
  /** @type {any[]} */
  let measures;

  before(async () => {
    const args = [temporaryDirectory()];
    result = await run('io/fs-sync.js', { args, env: ENVIRONMENT });
    assert.equal(result.code, 0, result.describe('failed'));
    measures = JSON.parse(result.stdout).measures;
  });

  it('are one event each', () => sameOperations(result, measures, 'fs-sync.js'));

  it('are named by the lag events', () => {
    for (const { method, target, durationMs } of measures) {
      const named = result
        .events('lag')
        .filter(({ io = [] }) => io.some(isMeasured(method, target)));
      const message = result.describe(`${named.length} lag events name ${method} ${target}`);
      assert.equal(named.length, 1, message);
      // On a busy machine a turn is long enough for the measurement's own read.
      const ofTheProgram = ({ kind, target: file }) => kind === 'fs' && !file.startsWith('/proc/');
      const isIt = isMeasured(method, target);
      const one = named[0].io.find(isIt);
      // The one that is read from a descriptor is opened in the same turn, when its writer is there.
      const others = named[0].io.filter((any) => ofTheProgram(any) && !isIt(any));
      const wanted = method === 'readSync' ? ['openSync'] : [];
      const more = others.filter((any) => !wanted.includes(any.method));
      assert.deepEqual(more, [], message);
      assert.ok(one.durationMs <= durationMs + TOLERANCE_MS, message);
    }
  });

  it('have the lag where the program called them, not where we take the time', () => {
    for (const { io, stack } of result.events('lag')) {
      // A busy machine makes a lag of a FIFO's making too.
      if (!io || io.some(({ kind }) => kind !== 'fs')) continue;
      const message = result.describe(`the stack ${JSON.stringify(stack)}`);
      assert.match(stack.find(({ url }) => !url.startsWith('node:'))?.url, /fs-sync\.js$/, message);
    }
  });

  it('for long are named by the stall and its file', async () => {
    const args = [temporaryDirectory(), '1.4'];
    const long = await run('io/fs-sync.js', { args, env: ENVIRONMENT });
    assert.equal(long.code, 0, long.describe('failed'));
    const [{ target, durationMs }] = JSON.parse(long.stdout).measures;
    const names = isMeasured('readFileSync', target);
    const stalls = long.events('stall').filter(({ io = [] }) => io.some(names));
    assert.ok(stalls.length > 0, long.describe('no stall event names it'));
    const files = long.stalls();
    assert.equal(files.length, 1, long.describe('stall files'));
    const inFlight = files[0].io.inFlight;
    assert.ok(inFlight.some(names), JSON.stringify(inFlight));
    assert.equal(inFlight.length, 1, `only what the program called: ${JSON.stringify(inFlight)}`);
    assert.equal(inFlight[0].kind, 'fs');
    assert.ok(inFlight[0].durationMs <= durationMs + TOLERANCE_MS, JSON.stringify(inFlight));
  });
});

describe('the thread pool', () => {
  for (const when of ['at once', 'after other work']) {
    it(`that has no thread left is an event: six slow opens ${when}`, async () => {
      const result = await run('io/pool.js', {
        args: [temporaryDirectory(), when],
        env: { ...ENVIRONMENT, UV_THREADPOOL_SIZE: 4 },
      });
      assert.equal(result.code, 0, result.describe('failed'));
      const { longestMs } = JSON.parse(result.stdout);
      const events = result.events('slow-io');
      const files = events.filter(({ kind }) => kind === 'fs');
      assert.equal(files.length, 6, result.describe('the opens'));
      const pool = events.filter(({ kind }) => kind === 'pool');
      assert.equal(pool.length, 1, result.describe(`${pool.length} events of the pool`));
      assert.match(pool[0].target, /4 threads/);
      assert.deepEqual(pool[0].stack, []);
      assert.ok(pool[0].durationMs >= 100 && pool[0].durationMs <= longestMs + TOLERANCE_MS);
    });
  }

  it('with a thread to spare is no event', async () => {
    const result = await run('io/pool.js', {
      args: [temporaryDirectory(), 'at once'],
      env: { ...ENVIRONMENT, LOOPDET_IO: 'fs,pool', UV_THREADPOOL_SIZE: 8 },
    });
    assert.equal(result.code, 0, result.describe('failed'));
    const kinds = result.events('slow-io').map(({ kind }) => kind);
    assert.deepEqual(kinds, Array(6).fill('fs'), result.describe('not these'));
  });
});
