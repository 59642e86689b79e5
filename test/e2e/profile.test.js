'use strict';

// The CPU profile from before a crash: a valid file, the right functions, the right patterns.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { run } = require('./harness.js');

const PATTERNS = ['cpu-hog', 'json-heavy', 'regex-heavy', 'gc-pressure', 'sync-io', 'crypto-heavy'];

async function profiled(args, env) {
  const result = await run('profile/run.js', { args, env });
  const crash = result.crash();
  // A machine that starves a program for a second makes a stall's profile in any program, and rightly.
  const { file } = crash.profile;
  const ofStalls = result.stalls().map((stall) => stall.profile?.file);
  const others = result.files.profiles().filter((name) => !ofStalls.includes(name));
  assert.deepEqual(others, [file], result.describe('one profile'));
  return { result, crash, file, profile: result.files.readJson(file) };
}

const patternNames = (crash) =>
  crash.profile.patterns.map((pattern) => (typeof pattern === 'string' ? pattern : pattern.name));

const INTERVAL_US = 10_000;

/** What Chrome DevTools and speedscope rely on. */
function validProfile(profile) {
  const ids = new Set(profile.nodes.map((node) => node.id));
  assert.equal(ids.size, profile.nodes.length, 'ids are unique');
  const children = profile.nodes.flatMap((node) => node.children ?? []);
  for (const child of children) assert.ok(ids.has(child), `child ${child} exists`);
  assert.equal(new Set(children).size, children.length, 'every node has one parent');
  assert.equal(children.length, profile.nodes.length - 1, 'one root');
  assert.equal(profile.nodes[0].callFrame.functionName, '(root)');
  for (const node of profile.nodes) {
    const { functionName, url, lineNumber, columnNumber, scriptId } = node.callFrame;
    assert.equal(typeof functionName, 'string');
    assert.equal(typeof url, 'string');
    assert.equal(typeof scriptId, 'string');
    assert.ok(Number.isInteger(lineNumber) && Number.isInteger(columnNumber));
  }
  assert.ok(profile.samples.length > 0);
  assert.equal(profile.samples.length, profile.timeDeltas.length);
  for (const sample of profile.samples) assert.ok(ids.has(sample), `sample of node ${sample}`);
  assert.ok(profile.endTime > profile.startTime);
  const total = profile.timeDeltas.reduce((sum, delta) => sum + delta, 0);
  const duration = profile.endTime - profile.startTime;
  assert.ok(total <= duration * 1.05, `${total} us of samples in ${duration} us`);
  // The first comes a while after the start, and the last one before the end, of a profile of four or five.
  const between = duration - 2 * INTERVAL_US;
  assert.ok(total >= between * 0.5, `${total} us of samples in ${duration} us`);
}

describe('the profile of a crash', { concurrency: 2 }, () => {
  it('is a valid file beside the crash file, with its stem', async () => {
    const { crash, file, profile } = await profiled(['cpu-hog']);
    validProfile(profile);
    const stem = (name) => name.split('.').slice(1, -1).join('.');
    assert.equal(stem(file), stem(crash.fileName));
    assert.ok(crash.profile.file.endsWith(file), crash.profile.file);
    assert.ok(crash.profile.durationMs >= 900, `${crash.profile.durationMs} ms`);
    assert.equal(crash.profile.samples, profile.samples.length);
  });

  it('knows the top function', async () => {
    const { crash } = await profiled(['cpu-hog']);
    const [top] = crash.profile.topFunctions;
    assert.equal(top.functionName, 'grindNumbers', JSON.stringify(crash.profile.topFunctions));
    assert.match(top.url, /profile\/run\.js$/);
    assert.ok(top.line > 1);
    assert.ok(top.percent > 60 && top.percent <= 100, `${top.percent} %`);
    assert.ok(top.selfMs > 600 && top.selfMs < 3000, `${top.selfMs} ms`);
  });

  for (const pattern of PATTERNS) {
    it(`finds the pattern ${pattern}`, async (context) => {
      const { crash } = await profiled([pattern]);
      // A second at 10 ms: a collector that takes every CPU may leave V8's sampler none.
      if (crash.profile.samples < 30)
        return context.skip(`V8's sampler got only ${crash.profile.samples} samples in a second`);
      const found = patternNames(crash);
      assert.ok(found.includes(pattern), `${found} ${JSON.stringify(crash.profile.topFunctions)}`);
      const foreign = found.filter((name) => name !== pattern && name !== 'cpu-hog');
      // Copying through JSON makes garbage as well.
      assert.deepEqual(
        foreign.filter((name) => name !== 'gc-pressure'),
        [],
      );
    });
  }

  for (const pattern of PATTERNS.slice(1)) {
    it(`does not take a function's name for ${pattern}`, async () => {
      const { crash } = await profiled([pattern, 'impostor']);
      assert.ok(!patternNames(crash).includes(pattern), JSON.stringify(crash.profile));
    });
  }

  it('covers the last LOOPDET_PROFILE_WINDOW_S, over rotations', async () => {
    const { crash, profile } = await profiled(['cpu-hog'], {
      LOOPDET_PROFILE_WINDOW_S: '1',
      LOOPDET_PROFILE_INTERVAL_MS: '2',
    });
    validProfile(profile);
    assert.ok(crash.profile.durationMs < 2500, `${crash.profile.durationMs} ms`);
    assert.equal(crash.profile.topFunctions[0].functionName, 'grindNumbers');
    assert.ok(profile.samples.length > 100, `${profile.samples.length} samples`);
  });

  it('is not cut short by the lags that looked for their stack in it', async () => {
    const result = await run('stall/native-turns.js', { env: { LOOPDET_LOG: 'json' } });
    const lags = result.events('lag').filter(({ stack }) => stack.length > 0);
    assert.ok(lags.length >= 3, result.describe(`${lags.length} lags with their stack`));
    const { header, profile } = result.crash();
    const share = profile.durationMs / header.uptimeMs;
    assert.ok(share > 0.6, `${profile.durationMs} of ${header.uptimeMs} ms`);
  });

  it('has nothing of ours between the program and Node', async () => {
    const { profile } = await profiled(['sync-io']);
    validProfile(profile);
    const named = (/** @type {RegExp} */ name) =>
      profile.nodes.filter(({ callFrame }) => name.test(callFrame.functionName));
    const called = new Set(named(/^readAgain$/).flatMap(({ children }) => children ?? []));
    assert.ok(
      named(/^readFileSync$/).some(({ id }) => called.has(id)),
      JSON.stringify(named(/^(readAgain|readFileSync)$/)),
    );
  });

  it('leaves calls of C++ as they are: from Node 24 on, their time is their caller’s', async () => {
    // Of all samples: the first ones of a start may have been taken before V8 was told.
    const sampled = async (/** @type {Record<string, string>} */ env) => {
      const { crash, profile } = await profiled(['sync-io'], env);
      const isNative = ({ callFrame }) =>
        callFrame.url === '' && /^(open|stat|fstat|read|close)$/.test(callFrame.functionName);
      const hits = profile.nodes.filter(isNative).reduce((sum, { hitCount }) => sum + hitCount, 0);
      const major = Number(crash.header.nodejsVersion.slice(1).split('.')[0]);
      return { hasNativeNames: hits > profile.samples.length / 10, major };
    };
    const { hasNativeNames, major } = await sampled({});
    assert.equal(hasNativeNames, major < 24);
    const slow = await sampled({ LOOPDET_V8_WITHOUT: 'directCalls' });
    assert.equal(slow.hasNativeNames, true);
  });

  it('is not there with LOOPDET_PROFILE=off', async () => {
    const result = await run('crash/timer.js', { env: { LOOPDET_PROFILE: 'off' } });
    assert.equal(result.crash().profile, null);
    assert.deepEqual(result.files.profiles(), []);
  });
});

describe('the profile of a crash soon after the start', { concurrency: 2 }, () => {
  // V8's own has a number for each script.
  const early = async (/** @type {string} */ how, /** @type {number} */ ms, without = '') => {
    const env = { LOOPDET_V8_WITHOUT: without };
    const result = await run('profile/early.js', { args: [how, `${ms}`], env });
    const crash = result.crash();
    const profile = result.files.readJson(crash.profile.file);
    validProfile(profile);
    const isOfV8 = profile.nodes.some(({ callFrame }) => callFrame.scriptId !== '0');
    return { result, crash, profile, isOfV8, uptimeMs: crash.header.uptimeMs };
  };

  for (const how of ['busy', 'turn'])
    it(`is made of what was sampled of a program that computes: ${how}`, async () => {
      const { result, crash, isOfV8, uptimeMs } = await early(how, 120);
      const [top] = crash.profile.topFunctions;
      assert.equal(top.functionName, 'grind', result.describe(JSON.stringify(crash.profile)));
      assert.ok(crash.profile.samples > 3, `${crash.profile.samples} samples`);
      assert.ok(!isOfV8 || uptimeMs > 250, `V8's in ${uptimeMs} ms`);
    });

  it('says of a program that has only begun that it ran', async () => {
    const { profile, isOfV8, uptimeMs } = await early('busy', 0);
    assert.ok(!isOfV8 || uptimeMs > 250, `V8's in ${uptimeMs} ms`);
    if (!isOfV8) assert.equal(profile.nodes.at(-1).callFrame.functionName, '(program)');
  });

  it('is V8’s once the program has rested, or has run for a quarter of a second', async () => {
    const [rested, busy] = await Promise.all([early('rest', 600), early('busy', 600)]);
    // A program that only waits may have no sample in a script.
    const names = rested.profile.nodes.map(({ callFrame }) => callFrame.functionName);
    assert.ok(names.includes('(idle)'), rested.result.describe('the rest'));
    const began = ({ uptimeMs, crash }) => uptimeMs - crash.profile.durationMs;
    const message = `at ${began(rested)} ms, of a busy one at ${began(busy)} ms`;
    assert.ok(began(rested) < began(busy), message);
    assert.ok(busy.isOfV8, busy.result.describe('when busy'));
    assert.equal(busy.crash.profile.topFunctions[0].functionName, 'grind');
    assert.ok(busy.crash.profile.durationMs < busy.uptimeMs - 200, 'it began late');
  });

  it('is V8’s from the start on a Node that lacks what a late one takes', async () => {
    const { isOfV8, result } = await early('busy', 0, 'lateProfile');
    assert.ok(isOfV8, result.describe('from the start'));
  });

  it('is V8’s before the heap is large, which V8 walks through as one begins', async () => {
    const result = await run('profile/grows.js', {});
    const { heapMb, uptimeMs } = JSON.parse(result.stdout);
    // Garbage between two collections, the second of which may be V8's largest scavenge, and the monitor's way.
    assert.ok(heapMb < 64, result.describe(`in ${heapMb} MB after ${uptimeMs} ms`));
  });

  // V8 of Node 20, and of 22 until it was mended there, waited for itself for ever.
  it('begins in a heap that has no room for where the lines of scripts are', async () => {
    const nodeOptions = ['--max-old-space-size=120'];
    const result = await run('profile/many-lines.js', { nodeOptions });
    assert.equal(result.stdout, 'done\n', result.describe('the end'));
    assert.equal(result.code, 0);
  });

  it('does not make V8 refuse code caches of before', async () => {
    const result = await run('profile/code-cache.js', {});
    const { before, after, profilerMs } = JSON.parse(result.stdout);
    assert.ok(profilerMs > 0, result.describe('the profile has begun'));
    assert.equal(after, before);
  });
});
