'use strict';

// stop(): everything is what it was before start().

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { run } = require('./harness.js');

/** @param {string[]} words @param {object} [options] */
async function started(words, options = {}) {
  const result = await run('stop/midway.js', { load: [], args: words, ...options });
  return result;
}

describe('stop', () => {
  for (const thread of ['main', 'worker']) {
    it(`puts back every function, listener, signal handler, thread and file, in a ${thread} thread`, async () => {
      const result = await run('stop/restored.js', { load: [], args: [thread] });
      assert.equal(result.code, 0, result.describe('failed'));
      const uses = JSON.parse(result.stdout);
      assert.ok(Object.keys(uses).length > 3);
      for (const [name, use] of Object.entries(uses)) {
        assert.deepEqual(
          use,
          { calls: [true, true, false, false, true], changes: [], resources: [] },
          name,
        );
      }
    });
  }

  const midway = [
    ['operation', 'false\n'],
    ['restart', 'child 0\n'],
    ['subscriber', 'stopped true\nfalse\n'],
    ['memory', 'stopped true\nfalse\n'],
    ['period', 'stopped true\nfalse\n'],
    ['listener', 'stopped true\nstopped false\nadded since\nstopped false\n'],
    ['handler', 'stopped true\nstopped false\ngoes on\n'],
  ];
  for (const [step, stdout] of midway) {
    it(`works in the midst of things: ${step}`, async () => {
      const result = await started([step]);
      assert.equal(result.code, 0, result.describe('failed'));
      assert.equal(result.stdout, stdout, result.describe('other'));
    });
  }

  it('leaves a crash to the program', async () => {
    const result = await started(['crash']);
    assert.equal(result.code, 1);
    assert.equal(result.crashes().length, 0);
    assert.deepEqual(result.files.names, []);
  });

  for (const where of ['callback', 'listener'])
    it(`and start, twenty times: the crash after it has its locals, in a ${where}`, async () => {
      const result = await started(['again', where]);
      assert.equal(result.code, 1, result.describe('failed'));
      const [frame] = result.crash().frames;
      assert.equal(frame.functionName, 'crash');
      assert.match(JSON.stringify(frame.scopes), /"answer","value":\{"type":"number","text":"42"/);
    });

  it('in all threads at once, again and again', async () => {
    const result = await run('stop/at-once.js', { load: [] });
    assert.equal(result.code, 0, result.describe('failed'));
    assert.equal(result.stdout, 'done\n'.repeat(4));
    assert.equal(result.stderr, '');
    assert.deepEqual(result.files.names, []);
  });

  it('changes no exit code', async () => {
    const result = await started(['exit']);
    assert.equal(result.code, 7, result.describe('failed'));
    assert.equal(result.stderr, '');
  });
});
