'use strict';

// Promises of the program, which a debugger of ours would make slow for good.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { bare, run } = require('./harness.js');

/**
 * @param {string} program
 * @param {{where?: string, when?: string, env?: Record<string, string>}} [options]
 * @returns {Promise<{isFast: boolean, says: string}>} isFast: V8 had relied on it that nobody hooks them
 */
async function hooked(program, { where = 'main', when = 'after', env = {} } = {}) {
  // What is put into its caller is not compiled by itself any more, and V8 tells nothing of it.
  const nodeOptions = ['--trace-deopt', '--max-inlined-bytecode-size=0'];
  const result = await run(program, { nodeOptions, args: [where, when], env });
  assert.equal(result.code, 0, result.describe('failed'));
  const [, since = ''] = result.stdout.split(/^hooked\n/m);
  return {
    isFast: /^\[marking dependent code .*<SharedFunctionInfo fast>/m.test(since),
    says: since.match(/^.* were seen$/m)?.[0] ?? result.stdout,
  };
}

describe('async functions', () => {
  const programs = [
    ['a rejection was captured', 'promises/hooks.js', 'main'],
    ['an ES module has started', 'promises/hooks.mjs', 'main'],
    ['a worker has started', 'promises/hooks.js', 'worker'],
  ];
  for (const [what, program, where] of programs) {
    it(`are as fast when ${what} as without the addon, and hooks still see each promise`, async () => {
      assert.deepEqual(await hooked(program, { where }), {
        isFast: true,
        says: 'all promises were seen',
      });
    });

    it(`are seen by hooks that were there before ${what}`, async () => {
      assert.equal(
        (await hooked(program, { where, when: 'before' })).says,
        'all promises were seen',
      );
    });
  }

  it('are slower after a capture where that cannot be mended', async () => {
    const env = { LOOPDET_V8_WITHOUT: 'promiseSpeed' };
    assert.equal((await hooked('promises/hooks.js', { env })).isFast, false);
  });
});

// Every callback and tick is slower then, for good.
describe('asynchronous contexts of Node’s stay off', () => {
  const programs = [
    ['in a CommonJS program', 'promises/contexts.js', 'main'],
    ['in an ES module', 'promises/contexts.mjs', 'main'],
    ['in a worker', 'promises/contexts.js', 'worker'],
  ];
  for (const [where, program, ...args] of programs) {
    it(where, async (context) => {
      const options = { args, nodeOptions: ['--expose-internals'] };
      const without = await bare(program, options);
      if (/Cannot find module 'internal\/async_context_frame'/.test(without.stderr)) {
        return context.skip('this Node has none');
      }
      assert.equal(without.code, 0, without.describe('the program itself failed'));
      assert.match(without.stdout, /^\w+Frame\n$/);
      const withAddon = await run(program, options);
      assert.equal(withAddon.stdout, without.stdout, withAddon.describe('switched on'));
    });
  }
});
