'use strict';

// What never changes for the program: exit code, signals, output, globals, handles, ports.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const {
  PROGRAMS,
  ROOT,
  bare,
  run,
  runBoth,
  sameBehaviour,
  start,
  temporaryDirectory,
} = require('./harness.js');

/** The ways to load the addon. */
const WAYS = {
  '--require, by path': { load: ['--require', ROOT] },
  '--require, by name': { load: ['--require', 'loopdet-addon'], cwd: ROOT },
  '--import, by name': { load: ['--import', 'loopdet-addon'], cwd: ROOT },
  NODE_OPTIONS: { load: [], cwd: ROOT, env: { NODE_OPTIONS: '--require=loopdet-addon' } },
};

describe('a program runs as without the addon', { concurrency: 2 }, () => {
  for (const program of fs.readdirSync(path.join(PROGRAMS, 'plain'))) {
    it(program, async () => {
      const { withAddon } = await runBoth(`plain/${program}`, { stdin: 'some words\n' });
      // Of one that a signal ends the black box is left.
      const { files, signal } = withAddon;
      assert.deepEqual(signal ? files.written : files.names, []);
      assert.deepEqual(withAddon.notices, []);
    });
  }
});

describe('every way to load it', { concurrency: 2 }, () => {
  for (const [way, options] of Object.entries(WAYS)) {
    it(`works: ${way}`, async () => {
      const plain = await bare('plain/ends.js');
      sameBehaviour(await run('plain/ends.js', options), plain);
      const crashed = await run('crash/timer.js', options);
      assert.equal(crashed.code, 1);
      assert.equal(crashed.crash().frames[0].functionName, 'shipOrder');
      const module = await run('crash/module-timer.mjs', options);
      assert.equal(module.code, 1);
      assert.match(module.crash().error.message, /lamp is green/);
    });
  }
});

describe('nothing of ours', () => {
  it('keeps the program from ending early or late', async () => {
    const started = performance.now();
    await bare('plain/exit-listeners.js');
    const between = performance.now();
    await run('plain/exit-listeners.js');
    const added = performance.now() - between - (between - started);
    assert.ok(added < 1000, `${added} ms longer`);
  });

  it('keeps a worker alive', async () => {
    const { withAddon } = await runBoth('plain/workers.js');
    assert.equal(withAddon.code, 0);
  });

  it('leaves no directory when there was nothing to write', async () => {
    const cwd = temporaryDirectory();
    const directory = path.join(cwd, 'not', 'yet');
    const result = await run('plain/ends.js', { cwd, directory });
    assert.equal(result.code, 0);
    assert.equal(fs.existsSync(path.join(cwd, 'not')), false);
  });

  it('survives SIGKILL in a stall: the child is gone, its directory readable', async () => {
    const running = start('stall/endless.js', { env: { LOOPDET_LOG: 'json' } });
    await running.waitForEvent('stall');
    running.kill('SIGKILL');
    await running.done;
    assert.equal(running.signal, 'SIGKILL');
  });
});

describe('require("loopdet-addon/api")', () => {
  it('has no side effects when it is loaded', async () => {
    const { stdout, stderr, code, files } = await run('api-only.js', { load: [] });
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), { resources: [], listeners: 0, sameGlobals: true });
    assert.equal(stderr, '');
    assert.deepEqual(files.names, []);
  });
});
