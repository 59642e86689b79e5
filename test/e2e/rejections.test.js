'use strict';

// Rejections that nobody handles: what stood as the promise was rejected, with its locals.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { run, runBoth } = require('./harness.js');

/** Each way with the functions whose locals must be there, innermost first. */
const EXPECTED = {
  thrown: { pay: { total: '6' } },
  rejected: { findUser: { key: "'user:ada'" } },
  executor: { tooLate: { waited: '5' } },
  // What it awaited has a handler, this function, and is gone.
  chain: { chain: { stage: "'checkout'" } },
  value: { value: { code: '503' } },
  twice: { findUser: { key: "'user:the last one'" }, twice: { last: "'the last one'" } },
};

/** @param {any} frame @param {string} name */
function local(frame, name) {
  for (const { variables } of frame.scopes) {
    const found = variables.find((variable) => variable.name === name);
    if (found) return found.value.text;
  }
}

// One at a time: on a machine that others keep busy, one capture may take all of the time that captures have.
describe('an unhandled rejection', () => {
  for (const [way, functions] of Object.entries(EXPECTED)) {
    it(`has its frames with locals: ${way}`, async () => {
      const { withAddon } = await runBoth('rejections/ends.js', { args: [way] });
      const crash = withAddon.crash();
      assert.equal(crash.kind, 'unhandledRejection');
      assert.equal(crash.capture.mode, 'reject', withAddon.describe(crash.capture.reason));
      let last = -1;
      for (const [functionName, locals] of Object.entries(functions)) {
        const at = crash.frames.findIndex((frame) => frame.functionName === functionName);
        assert.ok(at > last, `${functionName}: ${crash.frames.map((one) => one.functionName)}`);
        last = at;
        for (const [name, text] of Object.entries(locals))
          assert.equal(local(crash.frames[at], name), text, `${name} of ${functionName}`);
      }
    });
  }

  for (const [way, functionName, name, text, below] of [
    ['await', 'inner', 'weight', '14', 'outer'],
    ['then', 'sound', 'fathoms', '6'],
  ]) {
    it(`has those at the throw with LOOPDET_CAPTURE=always: ${way}`, async () => {
      const env = { LOOPDET_CAPTURE: 'always' };
      const { withAddon } = await runBoth('rejections/awaited.js', { args: [way], env });
      const { capture, frames } = withAddon.crash();
      assert.equal(capture.mode, 'always', withAddon.describe(`${capture.reason}`));
      assert.equal(frames[0].functionName, functionName);
      assert.equal(local(frames[0], name), text);
      if (below) assert.ok(frames.some((frame) => frame.functionName === below));
    });
  }

  for (const mode of ['strict', 'throw', 'warn', 'none', 'warn-with-error-code']) {
    it(`is dealt with as without the addon: --unhandled-rejections=${mode}`, async () => {
      const nodeOptions = [`--unhandled-rejections=${mode}`];
      for (const args of [['thrown'], ['chain'], ['thrown', 'listener'], ['handled']]) {
        const { withAddon } = await runBoth('rejections/ends.js', { args, nodeOptions });
        const ends = withAddon.code !== 0 && mode !== 'warn-with-error-code';
        assert.equal(withAddon.crashes().length, ends ? 1 : 0, withAddon.describe(args.join(' ')));
      }
    });
  }

  it('has the frames above that are gone from the stack of its error', async () => {
    const crash = (await run('rejections/ends.js', { args: ['chain'] })).crash();
    const [above, below] = crash.frames;
    assert.deepEqual([above.functionName, below.functionName], ['afterWaiting', 'chain']);
    assert.deepEqual(above.scopes, []);
  });

  it('says why it has no locals: nothing stands when a reaction has thrown', async () => {
    const crash = (await run('rejections/ends.js', { args: ['reaction'] })).crash();
    assert.equal(crash.capture.mode, 'stack');
    assert.match(crash.capture.reason, /nothing was captured/);
    assert.ok(crash.frames.some(({ functionName }) => functionName === 'parse'));
  });

  it('is no pause in a debugger session of the program', async () => {
    const { withAddon } = await runBoth('own-debugger.js', { args: ['rejections'] });
    assert.match(withAddon.stdout, /^pauses 0$/m);
  });

  it('has no locals with LOOPDET_CAPTURE=stack, nor without the hook', async () => {
    for (const env of [{ LOOPDET_CAPTURE: 'stack' }, { LOOPDET_V8_WITHOUT: 'rejectionHook' }]) {
      const result = await run('rejections/ends.js', { args: ['thrown'], env });
      const crash = result.crash();
      assert.equal(crash.capture.mode, 'stack');
      assert.equal(crash.frames[0].functionName, 'pay');
    }
  });
});
