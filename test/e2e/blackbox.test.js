'use strict';

// The black box: what is on disk after every kind of death, and nothing after a normal end.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { NODE, ROOT, run, runBoth, start, temporaryDirectory } = require('./harness.js');

const BOX = /^blackbox\.\d+\.ring$/;
const LOOPDET = path.join(ROOT, 'js/cli/main.js');

/** Runs `loopdet recover --json`. @returns {any[]} */
const recover = (place, ...words) =>
  JSON.parse(
    execFileSync(NODE, [LOOPDET, 'recover', place, '--json', ...words], { encoding: 'utf8' }),
  );

/** Waits until the program says a word, kills it, and recovers its box. */
async function killed(program, { word = 'ready', signal = 'SIGKILL', ...options } = {}) {
  const running = start(program, options);
  await running.waitForOutput(word);
  running.kill(signal);
  await running.done;
  assert.equal(running.signal, signal);
  return { running, boxes: recover(running.directory) };
}

describe('the black box', () => {
  for (const [how, code] of [
    ['exit', 3],
    ['return', 0],
  ]) {
    it(`is gone after ${how}, and stays with LOOPDET_BLACKBOX=keep`, async () => {
      const gone = await run('blackbox/notes.js', { args: [how] });
      assert.equal(gone.code, code, gone.describe('code'));
      assert.match(gone.stdout, /noted true/);
      assert.deepEqual(gone.files.names, []);
      const kept = await run('blackbox/notes.js', {
        args: [how],
        env: { LOOPDET_BLACKBOX: 'keep' },
      });
      assert.deepEqual(kept.files.names, [`blackbox.${kept.pid}.ring`]);
    });
  }

  it('is gone when a crash file says it all', async () => {
    const result = await run('crash/timer.js', {});
    assert.equal(result.crash().kind, 'uncaughtException');
    assert.deepEqual(result.files.matching(BOX), []);
  });

  it('is gone when the process becomes another program', async () => {
    const options = { args: ['/bin/echo'], nodeOptions: ['--no-warnings'] };
    const { withAddon } = await runBoth('execs.js', options);
    assert.equal(withAddon.stdout, 'another program\n');
    assert.deepEqual(withAddon.files.names, []);
  });

  it('is there when it could not', async () => {
    const options = { args: ['/no/such/program'], nodeOptions: ['--no-warnings'] };
    const result = await run('execs.js', options);
    if (result.code === 0) return; // Node 20, which cannot become another.
    // Node 22 and 24 abort.
    if (result.signal === 'SIGABRT') assert.equal(result.files.matching(BOX).length, 1);
    else assert.equal(result.crash().error.message, 'still here');
  });

  it('off: is not made, and a note says so', async () => {
    const env = { LOOPDET_BLACKBOX: 'off' };
    const result = await run('blackbox/notes.js', { args: ['return'], env });
    assert.match(result.stdout, /noted false/);
    assert.deepEqual(result.files.names, []);
  });

  it('has the size of LOOPDET_BLACKBOX_MB, and mode 0600', async () => {
    const running = start('blackbox/dies.js', { args: ['wait'], env: { LOOPDET_BLACKBOX_MB: 6 } });
    await running.waitForOutput('ready');
    const { size, mode } = fs.statSync(running.files.path(`blackbox.${running.pid}.ring`));
    assert.equal(size, 6 << 20);
    assert.equal(mode & 0o777, 0o600);
    running.kill('SIGKILL');
    await running.done;
  });
});

describe('SIGKILL', () => {
  it('in a stall: the file shows the stall, what was in flight, and the notes', async () => {
    const { running, boxes } = await killed('blackbox/dies.js', {
      args: ['stall'],
      word: 'stalls',
    });
    assert.deepEqual(
      boxes.map(({ kind, pid }) => ({ kind, pid })),
      [{ kind: 'killed', pid: running.pid }],
    );
    const crash = running.crash();
    assert.equal(crash.kind, 'killed');
    assert.ok(crash.frames.some(({ functionName }) => functionName === 'neverEnds'));
    assert.ok(crash.stall.sinceMs > 50, JSON.stringify(crash.stall));
    assert.ok(crash.memory.heapUsed > 1 << 20, JSON.stringify(crash.memory));
    assert.ok(crash.memory.rss > crash.memory.heapUsed, JSON.stringify(crash.memory));
    assert.ok(
      crash.io.inFlight.some(({ kind, target }) => kind === 'fs' && target.endsWith('fifo')),
    );
    assert.deepEqual(crash.header.processId, running.pid);
    const text = JSON.stringify(crash.blackbox.notes);
    assert.match(text, /"order"/);
    assert.match(text, /1017/);
    assert.deepEqual(running.files.matching(BOX), [], 'the box has become the file');
  });

  it('under full load of four threads: every note that was made is there, ten times', async () => {
    for (let time = 0; time < 10; time++) {
      const folder = temporaryDirectory();
      const running = start('blackbox/notes.js', { args: ['4', folder] });
      const files = Array.from({ length: 4 }, (_, thread) => path.join(folder, `noted${thread}`));
      const noted = () => files.map((file) => readNumber(file));
      while (noted().some((number) => number < 20 + 97 * time)) {
        assert.ok(!running.ended, running.describe('ended'));
        await new Promise((resolve) => setImmediate(resolve));
      }
      running.kill('SIGKILL');
      await running.done;
      const least = noted();
      recover(running.directory);
      const { blackbox } = running.crash();
      assert.deepEqual(Object.values(blackbox.damage).filter(Boolean), [], 'damage');
      least.forEach((number, thread) => {
        const { value } = blackbox.notes.find(({ key }) => key === `thread ${thread}`);
        // The note after the last acknowledged one may have been made too.
        assert.ok([number, number + 1].includes(value.number), `${value.number} for ${number}`);
      });
    }
  });
});

describe('recovery', () => {
  it('by the next start in the same directory, once, with a notice', async () => {
    const running = start('blackbox/dies.js', { args: ['wait'] });
    await running.waitForOutput('ready');
    running.kill('SIGKILL');
    await running.done;
    const next = start('blackbox/dies.js', { args: ['wait'], directory: running.directory });
    await next.waitFor((one) => one.notices.length > 0, 'a notice');
    next.kill('SIGKILL');
    await next.done;
    assert.equal(next.notices.length, 1, next.describe('notices'));
    const [crash, ...others] = running.crashes();
    assert.deepEqual(others, []);
    assert.equal(crash.header.processId, running.pid);
    assert.ok(next.notices[0].includes(crash.fileName), next.notices[0]);
    assert.deepEqual(next.files.matching(BOX), [`blackbox.${next.pid}.ring`]);
  });

  it('leaves the box of a process that lives', async () => {
    const running = start('blackbox/dies.js', { args: ['wait'] });
    await running.waitForOutput('ready');
    const [{ left }] = recover(running.directory);
    assert.ok(left);
    assert.equal(running.files.matching(BOX).length, 1);
    running.kill('SIGKILL');
    await running.done;
  });
});

/** The number a thread has acknowledged; 0: none. @param {string} file */
function readNumber(file) {
  try {
    const bytes = fs.readFileSync(file);
    return bytes.length === 8 ? bytes.readDoubleLE() : 0;
  } catch {
    return 0;
  }
}
