'use strict';

// Errors that the program handles leave nothing, and cost it nothing it could notice.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { PROGRAMS, run, runBoth } = require('./harness.js');

describe('a handled error leaves no file and no line', { concurrency: 2 }, () => {
  for (const program of fs.readdirSync(path.join(PROGRAMS, 'handled'))) {
    it(program, async () => {
      const { withAddon, without } = await runBoth(`handled/${program}`);
      assert.equal(without.code, 0, without.describe('the program itself failed'));
      assert.deepEqual(withAddon.files.names, []);
      assert.deepEqual(withAddon.notices, []);
    });
  }

  it('also with LOOPDET_CAPTURE=always', async () => {
    const env = { LOOPDET_CAPTURE: 'always' };
    for (const program of ['try-catch.js', 'uncaught-exception-handler.js', 'promise-catch.js']) {
      const { withAddon } = await runBoth(`handled/${program}`, { env });
      assert.deepEqual(withAddon.files.names, [], program);
    }
  });
});

describe('an uncaughtException handler that gives up', { concurrency: 2 }, () => {
  for (const when of ['now', 'exitCode', 'later']) {
    it(`ends the process with 3 (${when}): a file with the locals`, async () => {
      const { withAddon } = await runBoth('exits.js', { args: ['3', when] });
      assert.equal(withAddon.code, 3);
      const crash = withAddon.crash();
      assert.equal(crash.error.message, 'lost client-6');
      const [frame] = crash.frames;
      assert.equal(frame.functionName, 'serve');
      const names = frame.scopes.flatMap((scope) => scope.variables.map(({ name }) => name));
      assert.ok(names.includes('client'), `${names}`);
    });
  }

  it('throws again: exit code 7, as without the addon', async () => {
    const { withAddon } = await runBoth('exits.js', { args: ['7', 'rethrow'] });
    assert.equal(withAddon.code, 7);
    assert.equal(withAddon.crash().error.message, 'lost client-6');
  });

  for (const kind of ['uncaughtException', 'rejection', 'captureCallback', 'domain']) {
    it(`throws after all, for ${kind}, when the captures of that second are used up`, async () => {
      const { withAddon } = await runBoth('handler-throws.js', { args: [kind] });
      assert.equal(withAddon.code, 7);
      const crash = withAddon.crash();
      assert.equal(crash.error.message, 'order 8');
      assert.equal(crash.handled, true);
    });
  }

  it('ends the process with 0: no file', async () => {
    const { withAddon } = await runBoth('exits.js', { args: ['0', 'now'] });
    assert.equal(withAddon.code, 0);
    assert.deepEqual(withAddon.files.names, []);
  });
});

describe('captures that were not needed', () => {
  it('are limited: 2000 swallowed throws take no longer than a few captures', async () => {
    const result = await run('many-swallowed.js');
    assert.equal(result.code, 0);
    assert.deepEqual(result.files.names, []);
    const { elapsedMs, count } = JSON.parse(result.stdout);
    assert.equal(count, 2000);
    assert.ok(elapsedMs < 1500, `${elapsedMs} ms for ${count} swallowed throws`);
  });

  it('take nothing from what is asked for later', async () => {
    const result = await run('memory-later.js');
    assert.equal(result.stdout, 'true\n', result.describe('memory events'));
  });

  it('do not keep the objects they saw alive', async () => {
    const result = await run('collected.js', { nodeOptions: ['--expose-gc'] });
    assert.equal(result.stdout, 'collected\n', result.describe('kept alive'));
  });

  it('are matched to the right error', async () => {
    const result = await run('two-errors.js');
    const crash = result.crash();
    assert.equal(crash.error.message, 'the second');
    const values = crash.frames.flatMap((frame) =>
      frame.scopes.flatMap((scope) =>
        scope.variables.filter(({ name }) => name === 'which').map(({ value }) => value.text),
      ),
    );
    assert.deepEqual(
      values.map((text) => text.replace(/['"]/g, '')),
      ['two'],
    );
  });

  for (const kind of ['finally', 'uncaught']) {
    it(`leak nothing: 10000 survived in ${kind}`, async () => {
      const result = await run('many-survived.js', { args: [kind], nodeOptions: ['--expose-gc'] });
      assert.equal(result.code, 0, result.describe('failed'));
      assert.deepEqual(result.files.names, []);
      const [, grew] = /grew (-?\d+)/.exec(result.stdout);
      // A leak of 32 bytes for each would be 160,000.
      assert.ok(Number(grew) < 120_000, result.describe('the heap grew'));
    });
  }
});
