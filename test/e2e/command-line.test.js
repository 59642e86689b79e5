'use strict';

// `loopdet doctor`, `ls` and `show`, on files that real programs left.

const assert = require('node:assert/strict');
const path = require('node:path');
const { before, describe, it } = require('node:test');
const { ROOT, run, start, temporaryDirectory } = require('./harness.js');

const MAIN = path.join(ROOT, 'js/cli/main.js');
const loopdet = (...args) => run(MAIN, { load: [], args });

describe('loopdet doctor', () => {
  it('says what works here, and ends with 0', async () => {
    const result = await loopdet('doctor');
    assert.equal(result.code, 0, result.describe('doctor'));
    assert.match(result.stdout, /LOOPDET_DIR/);
    assert.equal(result.stderr, '');
    assert.ok(!result.stdout.includes('\u001b'), 'no colours without a terminal');
  });

  it('--json is one document', async () => {
    const result = await loopdet('doctor', '--json');
    assert.equal(result.code, 0);
    const { features, overhead } = JSON.parse(result.stdout);
    for (const { name, meaning } of features) assert.ok(meaning, `what ${name} is for`);
    // Of a program that it has started for that.
    assert.ok(overhead.elapsedMs > 1000 && overhead.hooksMs > 0, JSON.stringify(overhead));
    assert.ok(overhead.totalMs < overhead.elapsedMs, JSON.stringify(overhead));
  });

  it('tells of a symbol that is missing, and why', async () => {
    const whole = JSON.parse((await loopdet('doctor', '--json')).stdout);
    const { features } = whole;
    const name = Array.isArray(features) ? features[0].name : Object.keys(features)[0];
    const result = await run(MAIN, {
      load: [],
      args: ['doctor'],
      env: { LOOPDET_V8_WITHOUT: name },
    });
    assert.ok([0, 1].includes(result.code));
    assert.ok(result.stdout.includes(name), result.stdout);
    assert.notEqual(result.stdout, (await loopdet('doctor')).stdout);
  });
});

describe('loopdet show and ls', () => {
  const directory = temporaryDirectory();
  let crash;
  let stall;

  before(async () => {
    crash = await run('crash/deep-frames.js', { directory });
    const stalled = start('stall/two-seconds.js', { directory });
    await stalled.done;
    stall = stalled.stalls()[0];
  });

  it('show: the error, frames with locals, and top functions', async () => {
    const [{ fileName }] = crash.crashes();
    const result = await loopdet('show', path.join(directory, fileName));
    assert.equal(result.code, 0, result.describe('show'));
    assert.match(result.stdout, /bottom at level 40/);
    assert.match(result.stdout, /descend/);
    assert.match(result.stdout, /mark.*level 40/);
    assert.ok(!result.stdout.includes('\u001b'), 'no colours without a terminal');
  });

  it('show --json: the document', async () => {
    const [{ fileName }] = crash.crashes();
    const result = await loopdet('show', path.join(directory, fileName), '--json');
    assert.equal(result.code, 0);
    assert.equal(JSON.parse(result.stdout).error.message, 'bottom at level 40');
  });

  it('show: a stall file', async () => {
    const result = await loopdet('show', path.join(directory, stall.fileName));
    assert.equal(result.code, 0, result.describe('show'));
    assert.match(result.stdout, /grind/);
  });

  it('ls: names them all', async () => {
    const result = await loopdet('ls', directory);
    assert.equal(result.code, 0, result.describe('ls'));
    for (const name of crash.files.names) assert.ok(result.stdout.includes(name), name);
  });

  it('a wrong file, directory or command is exit code 1 and one clear message', async () => {
    for (const args of [
      ['show', path.join(directory, 'no-such-file.json')],
      ['show', __filename],
      ['show'],
      ['no-such-command'],
      ['ls', path.join(directory, 'nowhere')],
    ]) {
      const result = await loopdet(...args);
      assert.equal(result.code, 1, result.describe(args.join(' ')));
      assert.ok(result.stderr.length > 0 && !/\n\s+at /.test(result.stderr), result.stderr);
    }
  });
});
