'use strict';

// `loopdet attach`: a program that runs already is watched, and is afterwards as it was.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { isDeepStrictEqual } = require('node:util');
const { loopdet, reportOf, run } = require('./command.js');
const { NODE, PROGRAMS, ROOT, temporaryDirectory } = require('./harness.js');
const { validateDocument } = require('./schemas.js');

const TARGET = path.join(PROGRAMS, 'attach', 'target.js');
const SOURCES = path.join(ROOT, 'js/');
const LIMIT_MS = 60_000;
/** How many programs die at random moments; more take their time. */
const DEATHS = Number(process.env.LOOPDET_TEST_DEATHS ?? 8);

/** @type {Set<import('node:child_process').ChildProcess>} */
const targets = new Set();
after(() => {
  for (const target of targets) target.kill('SIGKILL');
});

/**
 * Starts a program without the addon, and waits until it is up.
 * @param {string} how see target.js
 * @param {{afterMs?: number, nodeOptions?: string[], launcher?: string[], env?: Record<string, string>}} [options]
 */
async function start(how, { afterMs = 0, nodeOptions = [], launcher = [], env = {} } = {}) {
  // Any port: two targets at once would want the same.
  const command = [
    ...launcher,
    NODE,
    '--inspect-port=0',
    ...nodeOptions,
    TARGET,
    how,
    String(afterMs),
  ];
  const child = spawn(command[0], command.slice(1), {
    cwd: temporaryDirectory(),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  targets.add(child);
  const target = { child, pid: Number(child.pid), stdout: '', stderr: '' };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    target.stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text) => {
    target.stdout += text;
  });
  const ended = once(child, 'exit').finally(() => targets.delete(child));
  await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    ...target,
    target,
    ended,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What the kernel knows of it that must be as it was. @param {number} pid */
function resources(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const names = fs.readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/fd/${name}`).replace(/\d+/g, 'N');
    } catch {
      return '';
    }
  });
  return {
    signals: status.match(/^Sig(?:Cgt|Ign):.*$/gm),
    threads: fs
      .readdirSync(`/proc/${pid}/task`)
      .map((task) => fs.readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim())
      .filter((name) => name === 'loopdet').length,
    files: names.filter((name) => /ring|loopdet|socket/.test(name)).sort(),
    mapped: /\.ring/.test(fs.readFileSync(`/proc/${pid}/maps`, 'utf8')),
  };
}

/** @param {() => boolean} condition */
async function eventually(condition) {
  const end = Date.now() + 30_000;
  while (!condition()) {
    assert.ok(Date.now() < end, 'it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('loopdet attach', { concurrency: 2 }, () => {
  it('shows what happens, then the report; the program goes on as before, as often as one likes', async () => {
    const target = await start('blocks');
    const before = resources(target.pid);
    for (let round = 0; round < 3; round++) {
      const { code, stdout, stderr, cwd } = await run(['attach', String(target.pid), '-d', '1.5']);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, '');
      // On a busy machine it may have waited for a CPU as long.
      assert.match(stderr, /^[\d:.]+ lag +[\d,]+ ms \((?:js|starved)\) in grind .*target\.js/m);
      assert.match(stderr, new RegExp(`process ${target.pid} was watched for .* and goes on`));
      assert.match(stderr, /█.*(?:grind|tick)/);
      assert.match(stderr, /resident .* to /);
      assert.ok(!stderr.includes('without a summary'), stderr);
      const told = `round ${round}: ${stderr}\n${target.target.stderr}`;
      assert.deepEqual(resources(target.pid), before, told);
      assert.deepEqual(
        fs.readdirSync(path.join(cwd, 'loopdet')).filter((name) => !/^(?:CPU|stall)\./.test(name)),
        [],
      );
    }
    const own = target.target.stderr
      .split('\n')
      .filter((line) => line && !/^Debugger |^For help/.test(line));
    assert.deepEqual(own, []);
    await target.stop();
  });

  it('--json: slow I/O with its caller, of a program whose modules were loaded long ago', async () => {
    const target = await start('slow');
    const words = ['attach', String(target.pid), '-d', '2', '--io-threshold', '100', '--json'];
    const { code, stdout, stderr } = await run(words);
    assert.equal(code, 0, stderr);
    const report = reportOf(stdout);
    assert.equal(report.pid, target.pid);
    assert.equal(report.complete, true);
    assert.equal(report.end.goesOn, true);
    const [operation] = report.io.slow.filter((/** @type {any} */ one) => one.kind === 'http');
    assert.match(operation.target, /GET .*\/prices$/);
    assert.ok(operation.stack.some((/** @type {any} */ one) => one.functionName === 'ask'));
    assert.ok(report.lag.histogram.count > 0);
    await target.stop();
  });

  it('of an endless loop the stack is shown, and it is left as well', async () => {
    const target = await start('endless');
    const before = resources(target.pid);
    const began = Date.now();
    const running = loopdet(['attach', String(target.pid), '-d', '3', '--json', '--quiet']);
    const { code, stdout, stderr } = /** @type {any} */ (await running.done);
    // Its own time, and what a slow machine needs: not a wait for the loop, which never turns.
    assert.ok(Date.now() - began < 20_000);
    assert.equal(code, 0, stderr);
    const report = reportOf(stdout);
    assert.equal(report.complete, true);
    assert.equal(report.lag.unfinished.stack[0].functionName, 'endless');
    assert.ok(report.profile.topFunctions.length > 0);
    assert.deepEqual(resources(target.pid), before);
    await target.stop();
  });

  // Elsewhere Node or we may be just about to use what is put back.
  for (const how of ['stats', 'timers']) {
    it(`is left where the program runs, or between callbacks: ${how}`, async () => {
      const target = await start(how);
      for (let round = 1; round <= 2; round++) {
        const { code, stderr } = await run(['attach', String(target.pid), '-d', '0.3', '--quiet']);
        assert.equal(code, 0, stderr);
        const places = target.target.stdout
          .match(/^\{.*\}$/gm)
          ?.map((line) => JSON.parse(line).left);
        assert.ok(places && places.length >= round, target.target.stdout);
        for (const place of places) {
          const below = place.filter((/** @type {any} */ { file }) => !file.startsWith(SOURCES));
          const program = below.findIndex((/** @type {any} */ { file }) => file === TARGET);
          const called = program < 0 ? below : below.slice(0, program);
          assert.ok(
            program < 0 ? below.length === 0 : !called.some(({ file }) => /timers$/.test(file)),
            JSON.stringify(place),
          );
        }
      }
      await target.stop();
    });
  }

  it('in the middle of a long turn the inspector is closed for good', async () => {
    const target = await start('turns');
    const turns = () => target.target.stdout.split('turned').length - 1;
    await eventually(() => turns() > 0);
    const before = resources(target.pid);
    for (let round = 0; round < 3; round++) {
      const { code, stderr } = await run(['attach', String(target.pid), '-d', '0.2', '--quiet']);
      assert.equal(code, 0, stderr);
      // What Node has been asked for twice it does once more when the loop turns.
      const seen = turns();
      await eventually(() => turns() > seen + 1);
      assert.deepEqual(resources(target.pid), before, target.target.stderr);
    }
    await target.stop();
  });

  it('waits for a loop that stands in a call into the system', async () => {
    const target = await start('native');
    const { code, stderr } = await run(['attach', String(target.pid), '-d', '1']);
    assert.equal(code, 0, stderr);
    assert.match(target.target.stdout, /awake/);
    await target.stop();
  });

  it('and gives up when that takes too long; the program goes on', async () => {
    const target = await start('native', { env: { SLEEP_S: '8' } });
    const { code, stderr } = await run(['attach', String(target.pid), '--wait', '0.3']);
    assert.equal(code, 1);
    assert.match(stderr, /has not opened its inspector within 0\.3 s: .*\(--wait /);
    await eventually(() => /awake/.test(target.target.stdout));
    const later = await run(['attach', String(target.pid), '-d', '1']);
    assert.equal(later.code, 0, later.stderr);
    await target.stop();
  });

  const deaths = [
    ['exit', 5, null],
    ['throw', 1, 'uncaughtException'],
    ['reject', 1, 'unhandledRejection'],
    ['kill', null, 'killed'],
    ['memory', null, 'outOfMemory'],
  ];
  for (const [how, exitCode, kind] of deaths) {
    it(`a program that ends by ${how} meanwhile: exit code 2, what was seen, and what is known of its end`, async () => {
      const target = await start(`${how}`, {
        afterMs: 4000,
        nodeOptions: ['--max-old-space-size=40'],
      });
      const { code, stdout, stderr } = await run(['attach', String(target.pid), '--json']);
      assert.equal(code, 2, stderr);
      const report = reportOf(stdout);
      assert.equal(report.end.goesOn, false);
      assert.equal(report.end.code, exitCode);
      assert.equal(report.end.crash?.kind ?? null, kind);
      if (kind)
        validateDocument('crash', JSON.parse(fs.readFileSync(report.end.crash.file, 'utf8')), how);
      assert.ok(report.memory.maxRss > 0);
      await target.ended;
    });
  }

  it('one that ends well meanwhile: exit code 0', async () => {
    const target = await start('end', { afterMs: 4000 });
    const { code, stdout } = await run(['attach', String(target.pid), '--json']);
    assert.equal(code, 0);
    assert.equal(reportOf(stdout).end.code, 0);
  });

  it('at any moment: no hang, and an answer', async () => {
    for (let round = 0; round < DEATHS; round++) {
      const [how] = deaths[round % deaths.length];
      const target = await start(`${how}`, {
        afterMs: 200 + Math.random() * 1500,
        nodeOptions: ['--max-old-space-size=40'],
      });
      const { code, stdout, stderr } = await run(['attach', String(target.pid), '--json']);
      // It may die before anything could be seen.
      if (code === 1)
        assert.match(
          stderr,
          /^loopdet: .*(?:has ended|no process|cannot be loaded|no inspector|has closed)/,
        );
      else assert.equal(code, 2, stderr);
      if (code === 2) assert.equal(reportOf(stdout).end.goesOn, false);
      await target.ended;
    }
  });

  it('Ctrl-C ends it with the report', async () => {
    const target = await start('blocks');
    const running = loopdet(['attach', String(target.pid)]);
    await running.said(/ lag /);
    running.child.kill('SIGINT');
    const { code, stderr } = /** @type {any} */ (await running.done);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /and goes on/);
    assert.ok(!stderr.includes('without a summary'), stderr);
    await target.stop();
  });

  it('killed, it leaves the program as it was all the same', async () => {
    const target = await start('blocks');
    const before = resources(target.pid);
    const running = loopdet(['attach', String(target.pid)]);
    await running.said(/ lag /);
    assert.equal(resources(target.pid).threads, 1);
    running.child.kill('SIGKILL');
    // One after another: the thread, the mapping, and last the socket whose end it was told by.
    await eventually(() => isDeepStrictEqual(resources(target.pid), before));
    await target.stop();
  });

  it('--watch: a report of each period, a line each', async () => {
    const target = await start('blocks');
    const running = loopdet(['attach', String(target.pid), '--watch', '-d', '1', '--json']);
    await eventually(() => running.result.stdout.split('\n').length > 3);
    running.child.kill('SIGINT');
    const { code, stdout } = /** @type {any} */ (await running.done);
    assert.equal(code, 0);
    const reports = stdout.trim().split('\n').map(reportOf);
    assert.ok(reports.length >= 4);
    const whole = reports.slice(0, 3);
    for (const report of whole) {
      assert.ok(report.durationMs > 900, `${report.durationMs}`);
      // Of its own period, and not of all: one begins each 300 ms.
      assert.ok(report.lag.count <= report.durationMs / 300 + 1, `${report.lag.count} lags`);
      assert.ok(report.profile.durationMs < 1.5 * report.durationMs);
    }
    await target.stop();
  });

  it('--heap-snapshot and --heap-stats', async () => {
    const target = await start('wait');
    const file = path.join(temporaryDirectory(), 'its.heapsnapshot');
    const words = [
      'attach',
      String(target.pid),
      '-d',
      '1',
      '--heap-snapshot',
      file,
      '--heap-stats',
    ];
    const { code, stderr } = await run(words);
    assert.equal(code, 0, stderr);
    assert.ok(JSON.parse(fs.readFileSync(file, 'utf8')).snapshot.node_count > 1000);
    assert.match(stderr, /── Heap /);
    assert.match(stderr, /old_space of /);
    assert.match(stderr, /^ +[\d,]+ +Object$/m);
    await target.stop();
  });

  it('threads: --list-targets, --target, and all of them', async () => {
    const target = await start('worker');
    const listed = await run(['attach', String(target.pid), '--list-targets', '--json']);
    const threads = JSON.parse(listed.stdout);
    assert.deepEqual(
      threads.map((/** @type {any} */ one) => one.id),
      [0, 1],
    );
    assert.match(threads[1].title, /target\.js/);
    for (const [words, thread] of /** @type {[string[], number][]} */ ([
      [['--target', '1'], 1],
      [[], 0],
    ])) {
      const { stdout, stderr } = await run([
        'attach',
        String(target.pid),
        '-d',
        '1.5',
        '--json',
        ...words,
      ]);
      const report = reportOf(stdout);
      const ground = report.lag.events.filter(
        (/** @type {any} */ one) => one.stack[0]?.functionName === 'grind',
      );
      assert.ok(ground.length > 0, stderr);
      assert.ok(ground.every((/** @type {any} */ one) => one.threadId === 1));
      // Of the thread that is reported of: the main thread has fewer turns to tell of than the worker has lags.
      if (thread === 1) assert.ok(report.lag.histogram.maxMs > 100);
      assert.equal(report.profile === null, thread === 1);
    }
    const wrong = await run(['attach', String(target.pid), '--target', '7']);
    assert.match(wrong.stderr, /it has no thread 7: there are 0, 1/);
    await target.stop();
  });

  it('an inspector that is open stays open; --port needs no number of a process', async () => {
    const target = await start('blocks', { nodeOptions: ['--inspect=127.0.0.1:0'] });
    await eventually(() => /ws:\/\/127\.0\.0\.1:\d+/.test(target.target.stderr));
    const [, port] = target.target.stderr.match(/ws:\/\/127\.0\.0\.1:(\d+)/) ?? [];
    for (const words of [['--port', port]]) {
      const { code, stdout, stderr } = await run(['attach', ...words, '-d', '1', '--json']);
      assert.equal(code, 0, stderr);
      assert.equal(reportOf(stdout).pid, target.pid);
      const socket = net.connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
    }
    await target.stop();
  });

  it('a program that was started with the addon goes on recording', async () => {
    const directory = temporaryDirectory();
    const env = { LOOPDET_DIR: directory, LOOPDET_QUIET: 'on' };
    const target = await start('blocks', { nodeOptions: ['--require', ROOT], env });
    const { code, stdout, stderr } = await run(['attach', String(target.pid), '-d', '1', '--json']);
    assert.equal(code, 0, stderr);
    const report = reportOf(stdout);
    assert.ok(report.lag.count > 0);
    assert.ok(report.durationMs < 5000);
    assert.equal(resources(target.pid).threads, 1);
    assert.ok(fs.readdirSync(directory).some((name) => name.startsWith('blackbox.')));
    await target.stop();
  });

  it('says why it cannot', async () => {
    const sleeper = spawn('sleep', ['30']);
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (taken.address());
    const blocked = await start('wait', { nodeOptions: [`--inspect-port=${port}`] });
    const handles = await start('handles');
    await eventually(() => handles.target.stdout.length > 0);
    const cases = /** @type {[string[], RegExp][]} */ ([
      [['4194304'], /there is no process 4194304/],
      [['twelve'], /the process is a number, not twelve/],
      [[], /attach takes the number of a process, or --port/],
      [[String(sleeper.pid)], /\(sleep\) is no Node\.js process/],
      [
        [String(blocked.pid)],
        new RegExp(`port ${port} is taken by process ${process.pid} .*--inspect-port=0`),
      ],
      [[String(handles.pid), '--wait', '0.5'], /handler of its own for SIGUSR1/],
      [['--port', String(port)], /no inspector at 127\.0\.0\.1/],
      [['--host', 'x', '--prt', '1'], /Did you mean --port/],
    ]);
    for (const [words, wanted] of cases) {
      const { code, stdout, stderr } = await run(['attach', ...words]);
      assert.equal(code, 1, `${words}: ${stderr}`);
      assert.match(stderr, wanted);
      assert.equal(stdout, '');
      assert.equal(stderr.trim().split('\n').length <= 3, true, stderr);
    }
    sleeper.kill('SIGKILL');
    taken.close();
    await Promise.all([blocked.stop(), handles.stop()]);
  });

  it('a process with files of its own gets a copy, which goes again', async (context) => {
    const launcher = [
      'unshare',
      '--mount',
      'sh',
      '-c',
      `mount -t tmpfs none ${path.join(ROOT, 'js')} && exec "$@"`,
      'sh',
    ];
    if (spawnSync('unshare', ['--mount', 'true']).status !== 0)
      return context.skip('no mount namespace');
    const target = await start('blocks', { launcher });
    if (target.child.exitCode !== null) return context.skip('nothing can be mounted');
    const folders = () => fs.readdirSync('/tmp').filter((name) => name.startsWith('loopdet-run-'));
    const before = new Set(folders());
    const { code, stdout, stderr } = await run(['attach', String(target.pid), '-d', '1', '--json']);
    assert.equal(code, 0, stderr);
    assert.ok(reportOf(stdout).lag.count > 0);
    assert.deepEqual(
      folders().filter((name) => !before.has(name) && fs.existsSync(`/tmp/${name}/package.json`)),
      [],
    );
    await target.stop();
  });

  it('in a network of its own it cannot be reached: how to is said', async (context) => {
    if (spawnSync('unshare', ['--net', 'true']).status !== 0)
      return context.skip('no network namespace');
    const target = await start('wait', { launcher: ['unshare', '--net'] });
    const { code, stderr } = await run(['attach', String(target.pid)]);
    assert.equal(code, 1);
    assert.match(stderr, /has a network of its own .*nsenter --net --target \d+ loopdet attach/);
    assert.equal(target.target.stderr, '');
    await target.stop();
  });

  it("another user's process is left alone", async (context) => {
    if (process.getuid?.() !== 0) return context.skip('not root');
    const target = await start('wait');
    const nobody = 65534;
    const asked = spawnSync(
      NODE,
      [path.join(ROOT, 'js/cli/main.js'), 'attach', String(target.pid)],
      {
        cwd: '/',
        uid: nobody,
        gid: nobody,
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
        timeout: LIMIT_MS,
      },
    );
    // Where the package stands may be nobody's business either.
    if (/EACCES|Cannot find module/.test(asked.stderr + asked.error))
      return context.skip('nobody may not read it');
    assert.equal(asked.status, 1, asked.stderr);
    assert.match(
      asked.stderr,
      /belongs to user 0, and you may not look into it: run loopdet as that user/,
    );
    assert.equal(target.target.stderr, '');
    await target.stop();
  });
});

describe('a Detective', () => {
  it('watches a process that runs already: events, the report, its end', async () => {
    const target = await start('throw', { afterMs: 4000 });
    const script = `
      const { Detective } = require(${JSON.stringify(path.join(ROOT, 'js/api.js'))});
      const detective = new Detective({ pid: ${target.pid} });
      const seen = new Set();
      for (const event of ['memory', 'crash', 'report', 'targetExit']) {
        detective.on(event, () => seen.add(event));
      }
      detective.start().then(async (pid) => {
        const { end, lag } = await detective.done();
        console.log(JSON.stringify({ pid, end, turns: lag.histogram.count, seen: [...seen].sort() }));
      });`;
    const done = spawnSync(NODE, ['-e', script], {
      cwd: temporaryDirectory(),
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    assert.equal(done.status, 0, done.stderr);
    const { pid, end, turns, seen } = JSON.parse(done.stdout);
    assert.equal(pid, target.pid);
    assert.equal(end.code, 1);
    assert.equal(end.crash.kind, 'uncaughtException');
    assert.ok(turns > 0);
    assert.deepEqual(seen, ['crash', 'memory', 'report', 'targetExit']);
    await target.ended;
  });

  it('starts a program, and stop() ends that', async () => {
    const script = `
      const { Detective } = require(${JSON.stringify(path.join(ROOT, 'js/api.js'))});
      const detective = new Detective({ program: [${JSON.stringify(TARGET)}, 'blocks'] });
      detective.on('lag', async ({ stack }) => {
        // Its start may be lag as well.
        if (!stack.some(({ functionName }) => functionName === 'grind')) return;
        const { end } = await detective.stop();
        console.log(JSON.stringify({ top: stack[0].functionName, end }));
      });
      detective.start();`;
    const done = spawnSync(NODE, ['-e', script], {
      cwd: temporaryDirectory(),
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    assert.equal(done.status, 0, done.stderr);
    const { top, end } = JSON.parse(done.stdout.split('\n').at(-2) ?? '');
    assert.equal(top, 'grind');
    assert.equal(end.stopped, true);
  });

  it('says whom it can watch', () => {
    const { Detective } = require('../../js/api.js');
    for (const options of [{}, undefined, { pid: 1, program: ['x.js'] }]) {
      assert.throws(() => new Detective(options), { code: 'ERR_LOOPDET_WHOM' });
    }
  });
});

it('on a terminal it says how long it has watched; in a pipe it does not', async (context) => {
  if (spawnSync('script', ['--version']).error)
    return context.skip('no script, which makes a terminal');
  const target = await start('blocks');
  const command = `${NODE} ${path.join(ROOT, 'js/cli/main.js')} attach ${target.pid} -d 3`;
  for (const columns of [100, 0]) {
    // Its input stays open: at its end the terminal would hang up.
    const size = `stty cols ${columns} rows 30`;
    const terminal = spawn(
      'script',
      ['--quiet', '--return', '--command', `${size}; ${command}`, '/dev/null'],
      {
        cwd: temporaryDirectory(),
        env: { PATH: process.env.PATH, TERM: 'xterm' },
        timeout: LIMIT_MS,
      },
    );
    let shown = '';
    terminal.stdout.setEncoding('utf8').on('data', (text) => {
      shown += text;
    });
    const [code] = await once(terminal, 'close');
    assert.equal(code, 0, shown);
    assert.equal(/watching \d+, \d of 3 s; Ctrl-C ends it/.test(shown), columns > 0, shown);
    assert.match(shown, /and goes on/);
  }
  const piped = await run(['attach', String(target.pid), '-d', '2']);
  assert.ok(!piped.stderr.includes('watching '), piped.stderr);
  assert.ok(!piped.stderr.includes('\u001b'));
  await target.stop();
});
