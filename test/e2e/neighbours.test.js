'use strict';

// Others that watch or run the same process: it ends and speaks with us as it does with them alone, and they see what
// they see alone.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { before, describe, it } = require('node:test');
const { ensurePackages } = require('../packages.js');
const { PROGRAMS, ROOT, bare, run, sameBehaviour, temporaryDirectory } = require('./harness.js');

const FOLDER = path.join(PROGRAMS, 'neighbours');
// Test runners start processes of their own, two or three one after the other.
const timeoutMs = 60_000;

/** The path of a program that a package brings. @param {string} name @param {string} bin */
const installed = (name, bin) => path.join(FOLDER, 'node_modules', name, bin);

/** What differs between two runs of the same, as words. @param {string} text */
function withoutTimes(text) {
  return (
    text
      // Whether Sentry's worker has gone by then is a race of Node's own (seen without us, too).
      .replace(/^Waiting for the debugger to disconnect\.\.\.\n/m, '')
      .replace(/ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/g, 'ADDRESS')
      .replace(/\d+(\.\d+)? ?m?s\b/g, 'TIME')
      .replace(/(duration_ms:?) [\d.]+/g, '$1 TIME')
      .replace(/estimated TIME/g, '')
      .replace(/ +\(TIME\)/g, '')
      .replace(/\(node:\d+\)/g, '(node:PID)')
  );
}

/**
 * Runs with the addon in every process, and without it: the same, but for times.
 * @param {string} program
 * @param {Parameters<typeof run>[1]} options
 */
async function both(program, options) {
  const without = await bare(program, { timeoutMs, ...options });
  const env = { ...options.env, NODE_OPTIONS: `--require=${ROOT}` };
  const withAddon = await run(program, { timeoutMs, ...options, load: [], env });
  same(withAddon, without);
  return { without, withAddon };
}

/** @param {Awaited<ReturnType<typeof run>>} withAddon @param {Awaited<ReturnType<typeof run>>} without */
function same(withAddon, without) {
  for (const one of [without, withAddon]) {
    one.stdout = withoutTimes(one.stdout);
    one.stderr = withoutTimes(one.stderr);
  }
  sameBehaviour(withAddon, without);
}

before(() => {
  const reason = ensurePackages(FOLDER);
  if (reason) throw new Error(reason);
});

describe('@sentry/node with local variables', () => {
  /** What the program's errors were when they came to Sentry's server. @param {string} how @param {object} options */
  async function sent(how, options) {
    /** @type {any[]} */
    const events = [];
    const server = http.createServer(async (request, response) => {
      let text = '';
      for await (const part of request.setEncoding('utf8')) text += part;
      for (const line of text.split('\n').filter((one) => one.startsWith('{'))) {
        const item = JSON.parse(line);
        if (item.exception) events.push(item);
      }
      response.end('{}');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    try {
      const args = [String(port), how];
      const result = await run('neighbours/sentry.js', { timeoutMs, args, ...options });
      const seen = events.flatMap(({ exception }) =>
        exception.values.map((/** @type {any} */ error) => ({
          type: error.type,
          value: error.value,
          frames: error.stacktrace.frames
            .filter((/** @type {any} */ frame) => frame.in_app)
            .map((/** @type {any} */ frame) => [frame.function, frame.lineno, frame.vars]),
        })),
      );
      return { result, seen };
    } finally {
      server.close();
    }
  }

  for (const how of ['exception', 'rejection']) {
    it(`sees the ${how} as it does alone`, async () => {
      const without = await sent(how, { load: [], env: { LOOPDET_DIR: undefined } });
      const withAddon = await sent(how, {});
      assert.equal(without.seen.length, 1, without.result.describe('not seen'));
      assert.deepEqual(withAddon.seen, without.seen, withAddon.result.describe('not as alone'));
      same(withAddon.result, without.result);
      // Of a rejection Sentry only warns.
      const crashes = withAddon.result.crashes();
      assert.equal(crashes.length, how === 'exception' ? 1 : 0);
      for (const { error, frames } of crashes) {
        assert.equal(error.message, 'no room for crate-1017');
        assert.equal(frames[0].functionName, 'ship');
      }
    });
  }
});

it('a tracer on async_hooks sees the resources that it sees alone', async () => {
  // Each timed promise of fs.promises is answered with a promise more.
  const { withAddon } = await both('neighbours/async-hooks.js', {
    env: { LOOPDET_IO: 'http,fetch,dns,tcp' },
  });
  assert.equal(withAddon.code, 1);
  const crash = withAddon.crash();
  assert.equal(crash.error.message, 'lost in two');
});

describe('coverage', () => {
  /** What was run, and what not. A pause lets V8 count a call of an async function twice. @param {string} folder of NODE_V8_COVERAGE */
  function calledFunctions(folder) {
    const reports = fs.readdirSync(folder).map((name) => path.join(folder, name));
    return reports
      .flatMap((file) => JSON.parse(fs.readFileSync(file, 'utf8')).result)
      .filter(({ url }) => url.endsWith('covered.js'))
      .flatMap(({ functions }) => functions)
      .map(({ functionName, ranges }) => [
        functionName,
        ranges.map(({ startOffset, endOffset, count }) => [startOffset, endOffset, count > 0]),
      ]);
  }

  it('by NODE_V8_COVERAGE is what it is alone', async () => {
    const [alone, beside] = [temporaryDirectory(), temporaryDirectory()];
    const without = await bare('neighbours/covered.js', { env: { NODE_V8_COVERAGE: alone } });
    const withAddon = await run('neighbours/covered.js', { env: { NODE_V8_COVERAGE: beside } });
    sameBehaviour(withAddon, without);
    assert.equal(withAddon.code, 4);
    assert.ok(calledFunctions(alone).length > 5);
    assert.deepEqual(calledFunctions(beside), calledFunctions(alone));
  });

  it('by c8 is what it is alone', async () => {
    const { withAddon } = await both(installed('c8', 'bin/c8.js'), {
      cwd: FOLDER,
      args: ['--clean=false', `--temp-directory=${temporaryDirectory()}`, 'node', 'covered.js'],
      launcher: [
        'env',
        `PATH=${path.dirname(process.env.LOOPDET_TEST_NODE ?? process.execPath)}:${process.env.PATH}`,
      ],
    });
    assert.equal(withAddon.code, 4);
    assert.match(withAddon.stdout, /covered\.js +\|/);
  });
});

describe('test runners', () => {
  for (const workers of ['--runInBand', '--maxWorkers=1']) {
    it(`jest ${workers}`, async () => {
      const args = [
        workers,
        '--no-cache',
        '--rootDir',
        'jest',
        '--config',
        'jest/jest.config.json',
      ];
      const { withAddon } = await both(installed('jest', 'bin/jest.js'), { cwd: FOLDER, args });
      assert.equal(withAddon.code, 1);
      assert.match(withAddon.stderr, /2 failed, 5 passed, 7 total/);
    });
  }

  it('node --test', async () => {
    // The runner shows what a test file says on stderr, our notice too.
    const { withAddon } = await both('neighbours/node-test/orders.test.mjs', {
      nodeOptions: ['--test', '--test-reporter=tap'],
      env: { LOOPDET_QUIET: 'on' },
    });
    assert.equal(withAddon.code, 1);
    assert.match(withAddon.stdout, /not wanted/);
  });
});
