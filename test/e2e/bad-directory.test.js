'use strict';

// LOOPDET_DIR that is missing, unwritable, full, a link or no directory: one line at most, nothing
// half-written, and the program ends as without the addon.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const {
  bare,
  nothingHalfWritten,
  run,
  sameBehaviour,
  start,
  temporaryDirectory,
} = require('./harness.js');

const SNAPSHOT_SIGNAL = 'SIGUSR2';

/** Crashes with this LOOPDET_DIR; checks that the program cannot tell, and the one line. */
async function crashInto(directory, options = {}) {
  const shared = { cwd: temporaryDirectory(), ...options };
  const without = await bare('crash/timer.js', shared);
  const result = await run('crash/timer.js', { ...shared, directory });
  sameBehaviour(result, without);
  assert.ok(result.notices.length <= 1, result.describe('more than one line'));
  nothingHalfWritten(result);
  return result;
}

/** Asserts one line that names the directory (or its reason), and no file. */
function refused(result) {
  assert.equal(result.notices.length, 1, result.describe('one line'));
  assert.ok(!/written/i.test(result.notices[0]), result.notices[0]);
  assert.deepEqual(result.files.matching(/^(crash|CPU)\./), []);
}

/** A path below a regular file: nobody can write there, not even root. */
function belowFile() {
  const file = path.join(temporaryDirectory(), 'file');
  fs.writeFileSync(file, 'text');
  return path.join(file, 'loopdet');
}

describe('LOOPDET_DIR', { concurrency: 2 }, () => {
  it('missing: is made, with its parents, mode 0700', async () => {
    const directory = path.join(temporaryDirectory(), 'one', 'two');
    const result = await crashInto(directory);
    result.crash();
    assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
  });

  it('below a regular file', async () => refused(await crashInto(belowFile())));

  it('is a regular file', async () => {
    const file = path.join(temporaryDirectory(), 'file');
    fs.writeFileSync(file, 'text');
    const shared = { cwd: temporaryDirectory() };
    const without = await bare('crash/timer.js', shared);
    const result = await run('crash/timer.js', { ...shared, env: { LOOPDET_DIR: file } });
    sameBehaviour(result, without);
    assert.equal(result.notices.length, 1);
    assert.equal(fs.readFileSync(file, 'utf8'), 'text');
  });

  it('where nothing can be made', async () => refused(await crashInto('/proc/self/loopdet')));

  it('without permission to write', async (context) => {
    if (process.getuid?.() === 0) return context.skip('root may write anywhere');
    const directory = temporaryDirectory();
    fs.chmodSync(directory, 0o500);
    refused(await crashInto(directory));
  });

  it('with a name that is too long', async () => {
    refused(await crashInto(path.join(temporaryDirectory(), 'x'.repeat(300))));
  });

  it('empty: the default', async () => {
    const cwd = temporaryDirectory();
    const result = await run('crash/timer.js', { cwd, env: { LOOPDET_DIR: '' } });
    assert.equal(result.code, 1);
    assert.ok(fs.readdirSync(path.join(cwd, 'loopdet')).length > 0);
  });

  it('a link to a directory: written there, or refused in one line', async () => {
    const target = temporaryDirectory();
    const link = path.join(temporaryDirectory(), 'link');
    fs.symlinkSync(target, link);
    const result = await crashInto(link);
    assert.equal(result.notices.length, 1);
    if (fs.readdirSync(target).length > 0) result.crash();
    else refused(result);
  });

  it('a link to nowhere, and a link to itself', async () => {
    const base = temporaryDirectory();
    for (const [name, target] of [
      ['dangling', path.join(base, 'nowhere')],
      ['circle', path.join(base, 'circle')],
    ]) {
      fs.symlinkSync(target, path.join(base, name));
      const result = await crashInto(path.join(base, name));
      assert.equal(result.notices.length, 1, name);
    }
  });

  it('relative: belongs to where the program started, not to where it is', async () => {
    const cwd = temporaryDirectory();
    const result = await run('change-directory.js', { cwd, env: { LOOPDET_DIR: 'files' } });
    assert.equal(result.code, 1);
    const names = fs.readdirSync(path.join(cwd, 'files'));
    assert.ok(
      names.some((name) => name.startsWith('crash.')),
      `${names}`,
    );
  });

  it('removed while the program runs: made again, or one line', async () => {
    const directory = temporaryDirectory();
    const running = start('crash-on-signal.js', { directory, cwd: path.dirname(directory) });
    await running.waitForOutput('ready');
    fs.rmSync(directory, { recursive: true });
    running.kill('SIGTERM');
    await running.done;
    assert.equal(running.code, 1);
    assert.equal(running.notices.length, 1, running.describe('one line'));
  });
});

describe('a full disk', () => {
  it('(a limit on the size of files) leaves no half of a crash file', async (context) => {
    if (spawnSync('prlimit', ['--version']).error) return context.skip('no prlimit');
    const result = await crashInto(temporaryDirectory(), {
      launcher: ['prlimit', '--fsize=4096'],
    });
    assert.equal(result.notices.length, 1);
    assert.deepEqual(result.files.matching(/^crash\./), []);
    // A profile that is small enough may be there, but whole.
    for (const name of result.files.profiles()) result.files.readJson(name);
  });

  it('(a limit on the size of files) leaves no half of a snapshot', async (context) => {
    if (spawnSync('prlimit', ['--version']).error) return context.skip('no prlimit');
    const running = start('heap-wait.js', { launcher: ['prlimit', '--fsize=65536'] });
    await running.waitForOutput('ready');
    running.kill(SNAPSHOT_SIGNAL);
    await running.waitFor((run) => run.notices.length > 0, 'a line');
    assert.equal(running.ended, false);
    running.kill('SIGTERM');
    await running.done;
    assert.equal(running.signal, 'SIGTERM');
    assert.equal(running.notices.length, 1);
    assert.deepEqual(running.files.names, []);
  });

  it('(a small file system) leaves no half of a file', async (context) => {
    const inside = 'mount -t tmpfs -o size=16k none "$LOOPDET_DIR" || exit 99; "$@"; code=$?; ';
    const after = 'ls -A "$LOOPDET_DIR" > "$LISTING"; exit $code';
    const launcher = ['unshare', '--mount', 'sh', '-c', inside + after, 'sh'];
    const listing = path.join(temporaryDirectory(), 'listing');
    const result = await run('crash/timer.js', { launcher, env: { LISTING: listing } }).catch(
      (error) => ({ code: 99, error }),
    );
    if (result.code === 99 || !fs.existsSync(listing)) return context.skip('no right to mount');
    const without = await bare('crash/timer.js');
    sameBehaviour(result, without);
    assert.ok(result.notices.length <= 1, result.describe('lines'));
    assert.ok(!/^crash|partial$/m.test(fs.readFileSync(listing, 'utf8')));
  });
});

describe('a directory that cannot be written', () => {
  it('does not disturb a stall', async () => {
    const without = await bare('stall/two-seconds.js');
    const result = await run('stall/two-seconds.js', {
      directory: belowFile(),
      cwd: temporaryDirectory(),
    });
    sameBehaviour(result, without);
    assert.ok(result.notices.length <= 1, result.describe('lines'));
  });

  it('does not disturb a snapshot', async () => {
    const running = start('heap-wait.js', { directory: belowFile(), cwd: temporaryDirectory() });
    await running.waitForOutput('ready');
    running.kill(SNAPSHOT_SIGNAL);
    await running.waitFor((run) => run.notices.length > 0, 'a line');
    running.kill('SIGTERM');
    await running.done;
    assert.equal(running.signal, 'SIGTERM');
    assert.equal(running.notices.length, 1);
  });
});
