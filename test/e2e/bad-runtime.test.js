'use strict';

// A Node that is not as we would like it: without inspector, without V8's symbols, with permissions,
// a debugger, options and sessions of the user's own, or with a second copy of us.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { connect } = require('./devtools.js');
const {
  NODE,
  PROGRAMS,
  ROOT,
  bare,
  nothingHalfWritten,
  run,
  runBoth,
  sameBehaviour,
  start,
  temporaryDirectory,
} = require('./harness.js');

const HELP = execFileSync(NODE, ['--help'], { encoding: 'utf8' });
const PERMISSION = / --permission\b/.test(HELP) ? '--permission' : '--experimental-permission';
const NO_INSPECTOR = path.join(PROGRAMS, 'without-inspector.js');

/** Runs a program both ways; at most `lines` lines of ours, and nothing half-written. */
async function undisturbed(program, options = {}, lines = 1) {
  const { withAddon, without } = await runBoth(program, options);
  assert.ok(withAddon.notices.length <= lines, withAddon.describe('lines'));
  nothingHalfWritten(withAddon);
  return { withAddon, without };
}

describe('no inspector in Node', { concurrency: 2 }, () => {
  // The preload comes first, so that the addon cannot have the inspector either.
  const load = ['--require', NO_INSPECTOR, '--require', ROOT];
  const both = async (program, options = {}) => {
    const without = await bare(program, { ...options, nodeOptions: ['--require', NO_INSPECTOR] });
    const withAddon = await run(program, { ...options, load });
    sameBehaviour(withAddon, without);
    nothingHalfWritten(withAddon);
    return withAddon;
  };

  it('a program runs, with one line at most', async () => {
    const result = await both('plain/ends.js');
    assert.ok(result.notices.length <= 1);
  });

  it('a crash has its stack, and a reason', async () => {
    const result = await both('crash/timer.js');
    const crash = result.crash();
    assert.equal(crash.capture.mode, 'stack');
    assert.ok(crash.capture.reason);
    assert.equal(crash.frames[0].functionName, 'shipOrder');
    assert.equal(crash.error.message, 'order 1017 has no address');
    assert.ok(result.notices.length <= 2, result.describe('lines'));
  });

  it('lag and stalls work', async () => {
    const running = start('stall/endless.js', { load, env: { LOOPDET_LOG: 'json' } });
    const event = await running.waitForEvent('stall', ({ stack }) => stack.length > 0);
    assert.equal(event.stack[0].functionName, 'endlessSearch');
    running.kill('SIGKILL');
    await running.done;
  });

  it('SIGUSR2 is no end of the program', async () => {
    const running = start('heap-wait.js', { load, env: { LOOPDET_LOG: 'json' }, args: ['own'] });
    await running.waitForOutput('ready');
    running.kill('SIGUSR2');
    await running.done;
    assert.equal(running.code, 0);
  });
});

/** The names of the features that hang on symbols of V8, as the doctor tells. */
function seamFeatures() {
  const script = `const { features } = require(${JSON.stringify(path.join(ROOT, 'js/doctor.js'))})
    .diagnose();
    const names = Array.isArray(features)
      ? features.map((feature) => feature.name ?? feature) : Object.keys(features);
    console.log(JSON.stringify(names));`;
  try {
    return JSON.parse(execFileSync(NODE, ['-e', script], { encoding: 'utf8', timeout: 20_000 }));
  } catch {
    return [];
  }
}

describe('symbols of V8 that are missing', { concurrency: 2 }, () => {
  const features = seamFeatures();
  it('have names', () => assert.ok(features.length > 0));

  for (const missing of [...features, features.join(',')]) {
    it(missing.length > 60 ? 'all of them' : `${missing}`, async () => {
      const env = { LOOPDET_V8_WITHOUT: missing };
      await undisturbed('plain/ends.js', { env });
      // One line for the missing feature, if any, and the notice of the file.
      const { withAddon } = await undisturbed('crash/timer.js', { env }, 2);
      const crash = withAddon.crash();
      assert.equal(crash.error.message, 'order 1017 has no address');
      if (crash.capture.mode !== 'throw') assert.ok(crash.capture.reason);
      await undisturbed('crash/rejection.js', { env }, 2);
    });
  }
});

it('without any symbol of V8 other programs run as they do', async () => {
  const env = { LOOPDET_V8_WITHOUT: seamFeatures().join(',') };
  await undisturbed('handled/uncaught-exception-handler.js', { env });
  await undisturbed('compute.js', { env });
  await undisturbed('crash/stack-overflow.js', { env }, 2);
});

describe('the compiled addon is missing', () => {
  it('one line, and the program runs', async () => {
    const copy = path.join(temporaryDirectory(), 'copy');
    fs.cpSync(path.join(ROOT, 'js'), path.join(copy, 'js'), { recursive: true });
    fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(copy, 'package.json'));
    for (const program of ['plain/ends.js', 'crash/timer.js']) {
      const without = await bare(program);
      const result = await run(program, { load: ['--require', copy] });
      sameBehaviour(result, without);
      assert.equal(result.notices.length, 1, result.describe('one line'));
      assert.match(result.notices[0], /loopdet\.node|npm|build|compiled/);
    }
  });
});

describe('permissions', { concurrency: 2 }, () => {
  const read = [PERMISSION, '--allow-fs-read=*'];
  const ownOptions = {
    'nothing but reading': read,
    'addons, no writing': [...read, '--allow-addons'],
    'writing, no addons': [...read, '--allow-fs-write=*'],
    'addons and writing': [...read, '--allow-addons', '--allow-fs-write=*'],
    everything: [
      ...read,
      '--allow-addons',
      '--allow-fs-write=*',
      '--allow-worker',
      '--allow-child-process',
      ...['--allow-inspector', '--allow-net'].filter((option) => HELP.includes(option)),
    ],
  };
  for (const [name, permissions] of Object.entries(ownOptions)) {
    it(name, async () => {
      const plain = await bare('plain/ends.js', { nodeOptions: permissions });
      // Options of node count wherever they stand; --require needs the right to read.
      const result = await run('plain/ends.js', { nodeOptions: permissions });
      sameBehaviour(result, plain);
      assert.ok(result.notices.length <= 1, result.describe('lines'));
      const { withAddon } = await undisturbed('crash/timer.js', { nodeOptions: permissions }, 2);
      if (name === 'everything') withAddon.crash();
      if (name === 'addons, no writing') assert.deepEqual(withAddon.files.names, []);
    });
  }
});

/** stderr without the inspector's addresses and its talk about them. */
const withoutInspector = (text) =>
  text.replace(/^(Debugger (listening|attached)|For help|Waiting for the debugger).*\n/gm, '');

describe('a debugger', () => {
  it('that may attach (--inspect): the stack instead of a pause', async () => {
    const options = { nodeOptions: ['--inspect=127.0.0.1:0'] };
    const without = await bare('crash/timer.js', options);
    const result = await run('crash/timer.js', options);
    assert.equal(result.code, without.code);
    assert.equal(withoutInspector(result.ownStderr), withoutInspector(without.stderr));
    const crash = result.crash();
    assert.equal(crash.capture.mode, 'stack');
    assert.match(crash.capture.reason, /debugger|inspector/i);
    assert.equal(crash.frames[0].functionName, 'shipOrder');
  });

  /** Attaches to a program, lets it crash, gives the run and what the debugger was told. */
  async function crashUnderDebugger(options) {
    const running = start('crash-on-signal.js', {
      ...options,
      nodeOptions: ['--inspect=127.0.0.1:0'],
    });
    await running.waitForOutput('ready');
    const [address] = await running.waitFor(
      (one) => /ws:\/\/[^\s]+/.exec(one.stderr),
      'the address of the inspector',
    );
    const client = await connect(address);
    await client.send('Runtime.enable');
    await client.send('Debugger.enable');
    running.kill('SIGTERM');
    await running.waitFor((one) => /Waiting for the debugger/.test(one.stderr), 'the end');
    await client.until('Runtime.exceptionThrown');
    client.close();
    await running.done;
    const told = client.messages.map((message) => message.method).filter(Boolean);
    const count = (method) => told.filter((one) => one === method).length;
    return {
      running,
      told: [count('Debugger.paused'), count('Debugger.resumed'), count('Runtime.exceptionThrown')],
    };
  }

  it('that is attached sees no pause of ours', async () => {
    const without = await crashUnderDebugger({ load: [] });
    const { running, told } = await crashUnderDebugger({});
    assert.equal(running.code, 1);
    assert.deepEqual(told, without.told);
    assert.equal(running.crash().capture.mode, 'stack');
  });

  // The inspector tells nobody that another session of the process has its debugger on.
  it('of the program itself (a session with Debugger on) sees no pause of ours', {
    todo: true,
  }, async () => {
    await undisturbed('own-debugger.js', {}, 2);
  });

  it('profiling of the program itself works beside ours', async () => {
    const { withAddon } = await undisturbed('own-profiler.js');
    assert.match(withAddon.stdout, /^grind is in the profile: true$/m);
  });
});

describe('options of the user', { concurrency: 2 }, () => {
  it('--abort-on-uncaught-exception still aborts', async (context) => {
    if (spawnSync('prlimit', ['--version']).error) return context.skip('no prlimit');
    const options = {
      // V8 prints every frame of an overflow first, in quadratic time: 17 s for the 984 kB of Node 20.
      nodeOptions: ['--abort-on-uncaught-exception', '--stack-size=200'],
      launcher: ['prlimit', '--core=0'],
    };
    for (const program of ['crash/timer.js', 'crash/top-level.js', 'crash/stack-overflow.js']) {
      const without = await bare(program, options);
      const result = await run(program, options);
      assert.equal(result.signal, without.signal, result.describe(`not ${without.signal}`));
      assert.equal(result.code, without.code);
      assert.ok(result.ownStderr.includes(without.stderr.split('\n')[0]));
      // An abort may meet the monitor thread at writing a stall: the next start takes that away.
      assert.deepEqual(result.files.matching(/^(?!stall).*\.partial$/), []);
      result.crashes();
      if (program === 'crash/timer.js') result.crash();
    }
  });

  it('--abort-on-uncaught-exception with a handler, and with a domain', async () => {
    const options = { nodeOptions: ['--abort-on-uncaught-exception'] };
    for (const program of ['try-catch.js', 'capture-callback.js', 'domain.js']) {
      await undisturbed(`handled/${program}`, options);
    }
  });

  it('--cpu-prof writes its own profile, with samples', async () => {
    const own = temporaryDirectory();
    const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${own}`];
    const result = await run('compute.js', { nodeOptions });
    assert.equal(result.code, 0, result.describe('failed'));
    const names = fs.readdirSync(own);
    assert.equal(names.length, 1);
    const profile = JSON.parse(fs.readFileSync(path.join(own, names[0]), 'utf8'));
    assert.ok(profile.samples.length > 200, `${profile.samples.length} samples`);
    assert.ok(profile.nodes.some((node) => node.callFrame.functionName === 'round'));
    assert.ok(result.notices.length <= 1);
  });

  it('--cpu-prof has the names of native functions, as without us', async () => {
    const own = temporaryDirectory();
    const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${own}`];
    await run('profile/run.js', { nodeOptions, args: ['sync-io'] });
    const [name] = fs.readdirSync(own);
    const { nodes } = JSON.parse(fs.readFileSync(path.join(own, name), 'utf8'));
    const natives = nodes.filter(({ callFrame }) => callFrame.url === '');
    assert.ok(
      natives.some(({ callFrame }) => /^(open|stat|fstat)$/.test(callFrame.functionName)),
      JSON.stringify(natives),
    );
  });

  const others = [
    ['--no-addons'],
    ['--jitless'],
    ['--stack-trace-limit=0'],
    ['--stack-size=500'],
    ['--frozen-intrinsics'],
    ['--disable-proto=throw'],
    ['--disallow-code-generation-from-strings'],
    ['--enable-source-maps'],
    ['--trace-uncaught'],
    ['--throw-deprecation'],
    ['--pending-deprecation'],
    ['--unhandled-rejections=strict'],
    ['--unhandled-rejections=warn'],
    ['--unhandled-rejections=none'],
    ['--max-old-space-size=64'],
    ['--no-warnings'],
    ['--preserve-symlinks'],
    ['--expose-gc', '--allow-natives-syntax'],
  ];
  for (const nodeOptions of others) {
    it(nodeOptions.join(' '), async () => {
      // With functions replaced, the text of this option alone shows the name that Module._load got (ARCHITECTURE.md).
      const env = nodeOptions.includes('--trace-uncaught') ? { LOOPDET_IO: 'off' } : {};
      await undisturbed('plain/ends.js', { nodeOptions, env });
      await undisturbed('crash/timer.js', { nodeOptions, env }, 2);
      await undisturbed('crash/rejection.js', { nodeOptions, env }, 2);
      await undisturbed('handled/promise-catch.js', { nodeOptions, env });
    });
  }
});

describe('two copies of the addon', { concurrency: 2 }, () => {
  const copyOf = () => {
    const copy = path.join(temporaryDirectory(), 'copy');
    for (const part of ['js', 'build/Release/loopdet.node', 'schema', 'package.json']) {
      fs.cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
    }
    return copy;
  };

  it('a program runs, and a crash leaves valid files', async () => {
    const load = ['--require', ROOT, '--require', copyOf()];
    for (const program of ['plain/ends.js', 'plain/workers.js', 'handled/domain.js']) {
      const without = await bare(program);
      const result = await run(program, { load });
      sameBehaviour(result, without);
      assert.ok(result.notices.length <= 1, result.describe('lines'));
      assert.deepEqual(result.files.names, []);
    }
    const without = await bare('crash/timer.js');
    const result = await run('crash/timer.js', { load });
    sameBehaviour(result, without);
    nothingHalfWritten(result);
    const crashes = result.crashes();
    assert.ok(crashes.length >= 1, result.describe('no file'));
    assert.equal(crashes[0].frames[0].functionName, 'shipOrder');
    assert.ok(result.notices.length <= 2, result.describe('lines'));
  });

  it('stalls and snapshots work once or twice, without harm', async () => {
    const load = ['--require', ROOT, '--require', copyOf()];
    const running = start('heap-wait.js', { load, env: { LOOPDET_LOG: 'json' } });
    await running.waitForOutput('ready');
    running.kill('SIGUSR2');
    await running.waitFor((one) => one.files.snapshots().length > 0, 'a snapshot');
    running.kill('SIGTERM');
    await running.done;
    assert.equal(running.signal, 'SIGTERM');
  });

  it('the same copy, loaded twice, is loaded once', async () => {
    const load = ['--require', ROOT, '--require', ROOT];
    const result = await run('crash/timer.js', {
      load,
      cwd: ROOT,
      env: {
        NODE_OPTIONS: '--require=loopdet-addon',
      },
    });
    result.crash();
    assert.equal(result.notices.length, 1);
  });
});

describe('workers', () => {
  for (const delay of [0, 1, 5, 20, 60]) {
    it(`one is terminated ${delay} ms into its capture`, async () => {
      const result = await run('worker-terminated.js', { args: [String(delay)] });
      assert.equal(result.code, 0, result.describe('failed'));
      assert.equal(result.stdout, 'main goes on\n');
      nothingHalfWritten(result);
      result.crashes();
      assert.ok(result.notices.length <= 4, result.describe('lines'));
    });
  }

  it('are stalled and terminated in the stall', async () => {
    const env = { LOOPDET_LOG: 'json', LOOPDET_STALL_SAMPLE_MS: '1' };
    const result = await run('worker-stalled.js', { env });
    assert.equal(result.code, 0, result.describe('failed'));
    assert.equal(result.stdout, 'all gone\n');
    assert.ok(result.events('stall').some((event) => event.threadId > 0));
  });

  it('many come and go, blocked for a moment each', async () => {
    const env = { LOOPDET_STALL_SAMPLE_MS: '1', LOOPDET_LAG_THRESHOLD_MS: '5' };
    const result = await run('worker-storm.js', { env });
    assert.equal(result.code, 0, result.describe('failed'));
    assert.equal(result.stdout, 'workers 24\n');
  });
});

describe('programs that change what we stand on', { concurrency: 2 }, () => {
  it('exit-in-monitor.js', () => undisturbed('hostile/exit-in-monitor.js'));

  for (const program of ['builtins.js', 'pollution.js', 'process.js']) {
    it(program, async () => {
      const { withAddon } = await undisturbed(`hostile/${program}`);
      const [crash, ...more] = withAddon.crashes();
      assert.equal(more.length, 0);
      assert.equal(crash.capture.mode, 'throw', withAddon.describe(`${crash.capture.reason}`));
      assert.equal(crash.complete, true, withAddon.describe('a section is missing'));
    });
  }
  it('none of what a program replaced is called by a capture', async () => {
    const { withAddon } = await undisturbed('hostile/everything.js', { args: ['throw'] });
    assert.match(withAddon.stdout, /^called:\n$/);
    const crash = withAddon.crash();
    assert.equal(crash.complete, true, withAddon.describe('a section is missing'));
    assert.equal(crash.error.cause.message, 'the cause');
    const [local] = crash.frames[0].scopes[0].variables;
    assert.deepEqual(local, {
      name: 'local',
      value: { type: 'object', text: '{ list: Array(2), map: Map(1) }' },
    });
  });
  it('no getter, trap or method of what is looked at is called', async () => {
    // Node looks at the error as it prints it.
    const { withAddon, without } = await undisturbed('hostile/looks.js');
    assert.equal(withAddon.stdout, without.stdout);
    const { frames } = withAddon.crash();
    const looked = frames.find(({ functionName }) => functionName === 'looked');
    const { variables } = looked.scopes[0];
    const texts = Object.fromEntries(variables.map(({ name, value }) => [name, value.text]));
    assert.equal(texts.bound, '{ x: [getter] }');
    assert.equal(texts.proxies, '[Proxy(Object), Proxy(Array(0)), Proxy(Function), Proxy(Map(0))]');
    assert.equal(texts.heir, '{}');
  });
  it('none is called for a rejection, of which Node itself calls some', async () => {
    await undisturbed('hostile/everything.js', { args: ['reject'] });
  });
});
