'use strict';

// Deaths that run no JavaScript of ours: each is as without the addon, and its box says what it was.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { NODE, PROGRAMS, ROOT, bare, run, temporaryDirectory } = require('./harness.js');

const LOOPDET = path.join(ROOT, 'js/cli/main.js');
// A core file of a gigabyte is nobody's wish.
const launcher = ['prlimit', '--core=0'];

/** Runs a program both ways; asserts the same end, and gives the crash files that are left, recovered too. */
async function dies(program, options = {}) {
  const all = { launcher, ...options };
  const without = await bare(`deaths/${program}`, all);
  const withAddon = await run(`deaths/${program}`, all);
  const end = ({ code, signal, stdout }) => ({ code, signal, stdout });
  assert.deepEqual(end(withAddon), end(without), withAddon.describe('another end'));
  return { withAddon, crashes: recovered(withAddon) };
}

/** The crash files of a program that has ended, with what `loopdet recover` makes of its box. */
function recovered(ended) {
  execFileSync(NODE, [LOOPDET, 'recover', ended.directory, '--json']);
  return ended.crashes();
}

/** Asserts one file, of a signal's death. */
function isSignal(crashes, signal) {
  assert.deepEqual(
    crashes.map(({ kind }) => kind),
    ['signal'],
  );
  const [crash] = crashes;
  assert.match(crash.error.message, new RegExp(`\\b${signal}\\b`));
  return crash;
}

describe('a signal that ends the program', { concurrency: 2 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']) {
    it(`${signal}, sent to a program without a handler`, async () => {
      const signals = [{ when: 'ready', send: /** @type {NodeJS.Signals} */ (signal) }];
      const { withAddon, crashes } = await dies('sigterm.js', { signals });
      assert.equal(withAddon.signal, signal);
      isSignal(crashes, signal);
    });
  }

  it('SIGTERM that the program handles is no death', async () => {
    const signals = [{ when: 'ready', send: /** @type {const} */ ('SIGTERM') }];
    const { withAddon, crashes } = await dies('sigterm-handled.js', { signals });
    assert.equal(withAddon.code, 0);
    assert.deepEqual(crashes, []);
    assert.deepEqual(withAddon.files.names, []);
  });

  it('process.abort()', async () => {
    const { withAddon, crashes } = await dies('abort.js');
    assert.equal(withAddon.signal, 'SIGABRT');
    const { blackbox } = isSignal(crashes, 'SIGABRT');
    assert.ok(blackbox.fatal.native.length > 3, JSON.stringify(blackbox.fatal));
  });

  it('SIGSEGV that the program sends itself', async () => {
    const { withAddon, crashes } = await dies('segv.js');
    assert.equal(withAddon.signal, 'SIGSEGV');
    isSignal(crashes, 'SIGSEGV');
  });

  it('a native stack that overflows', async () => {
    const { withAddon, crashes } = await dies('native-stack-overflow.js', {
      nodeOptions: ['--stack-size=60000'],
    });
    assert.equal(withAddon.signal, 'SIGSEGV');
    isSignal(crashes, 'SIGSEGV');
  });

  it('WebAssembly that reads beyond its memory is no death', async () => {
    const { withAddon, crashes } = await dies('wasm-trap.js');
    assert.equal(withAddon.code, 0);
    assert.deepEqual(crashes, []);
  });
});

describe('a fault in native code', { concurrency: 2 }, () => {
  const library = path.join(temporaryDirectory(), 'fault.so');
  before(() => {
    const source = path.join(PROGRAMS, 'deaths/fault.c');
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, source], { timeout: 60_000 });
  });

  for (const [fault, signal] of [
    ['null', 'SIGSEGV'],
    ['call', 'SIGSEGV'],
    ['bus', 'SIGBUS'],
    ['ill', 'SIGILL'],
    ['fpe', 'SIGFPE'],
  ]) {
    for (const where of ['main', 'worker']) {
      it(`${fault}, in the ${where} thread`, async () => {
        const { withAddon, crashes } = await dies('segv.js', {
          args: [library, where],
          env: { FAULT: fault },
        });
        assert.equal(withAddon.signal, signal);
        const { blackbox } = isSignal(crashes, signal);
        assert.ok(Object.keys(blackbox.fatal.registers).length > 8);
        const modules = blackbox.fatal.native.map(({ module }) => module);
        assert.ok(modules.includes(library), JSON.stringify(modules));
      });
    }
  }
});

describe('what the system makes of a death', { concurrency: 2 }, () => {
  it('a core file, as without the addon', async (test) => {
    const pattern = fs.readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
    if (!/^core/.test(pattern)) return test.skip(`core files go elsewhere here: ${pattern}`);
    const cores = [];
    for (const start of [bare, run]) {
      const cwd = temporaryDirectory();
      // Of a few megabytes: the rest is cut off.
      await start('deaths/segv.js', { cwd, launcher: ['prlimit', '--core=4000000'] });
      cores.push(fs.readdirSync(cwd).filter((name) => name.startsWith('core')).length);
    }
    assert.deepEqual(cores, [1, 1]);
  });

  it("Node's own report of a fatal error, and the file of the box", async () => {
    const cwd = temporaryDirectory();
    const nodeOptions = ['--max-old-space-size=40', '--report-on-fatalerror'];
    const result = await run('deaths/oom.js', { cwd, nodeOptions, launcher });
    assert.equal(result.signal, 'SIGABRT');
    const [report] = fs.readdirSync(cwd).filter((name) => name.startsWith('report.'));
    const { header } = JSON.parse(fs.readFileSync(path.join(cwd, report), 'utf8'));
    assert.match(header.event, /heap out of memory|Allocation failed/i);
    assert.deepEqual(
      recovered(result).map(({ kind }) => kind),
      ['outOfMemory'],
    );
  });
});

const LIMIT_BYTES = 200 << 20;

/** A control group with a limit of memory and no swap, or null where none can be made. */
function makeGroup() {
  for (const [root, limit] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ]) {
    const group = path.join(root, `loopdet-test-${process.pid}`);
    const write = (file, value) => fs.writeFileSync(path.join(group, file), String(value));
    try {
      fs.mkdirSync(group);
    } catch {
      continue;
    }
    try {
      write(limit, LIMIT_BYTES);
      if (fs.existsSync(path.join(group, 'memory.swap.max'))) write('memory.swap.max', 0);
      else write('memory.swappiness', 0);
      return group;
    } catch {
      fs.rmdirSync(group);
    }
  }
  return null;
}

const group = makeGroup();
after(() => group && fs.rmdirSync(group));

describe("the container's limit of memory", () => {
  it('the kernel kills: the file says why that is likely, and a warning came before', async (test) => {
    if (!group) return test.skip('no control group with a limit can be made here');
    const enter = `echo $$ > ${group}/cgroup.procs && exec "$@"`;
    // A group's death takes seconds: it is not run without the addon too.
    const result = await run('deaths/oom-cgroup.js', {
      launcher: ['sh', '-c', enter, 'sh'],
      env: { LOOPDET_REPORT: 'memory' },
    });
    assert.equal(result.signal, 'SIGKILL');
    const files = recovered(result);
    const crash = files.find(({ kind }) => kind === 'killed');
    const report = files.find(({ kind }) => kind === 'manual');
    assert.equal(files.length, 2, result.describe('the report and the death'));
    assert.match(report.reason, /of the container's 200 MB/);
    assert.ok(report.memory.arrayBuffers > 100 << 20, JSON.stringify(report.memory));
    assert.ok(report.profile.samples >= 0);
    assert.match(crash.error.message, /container was out of memory/);
    assert.equal(crash.header.container?.memoryLimitBytes ?? LIMIT_BYTES, LIMIT_BYTES);
    assert.match(JSON.stringify(crash.blackbox.events), /memory-limit/);
  });
});

// One at a time: counting the objects of a full heap takes all of a core for a second.
describe('memory that is used up', () => {
  const nodeOptions = ['--max-old-space-size=60'];

  it('the heap: the stack of who allocates', async () => {
    const { withAddon, crashes } = await dies('oom.js', { nodeOptions });
    assert.equal(withAddon.signal, 'SIGABRT');
    assert.match(withAddon.ownStderr, /JavaScript heap out of memory/);
    const [crash, ...others] = crashes;
    assert.deepEqual(others, []);
    assert.equal(crash.kind, 'outOfMemory');
    assert.ok(crash.frames.some(({ functionName }) => functionName === 'allocate'));
    assert.ok(crash.memory.heapUsed > 40 << 20, JSON.stringify(crash.memory));
    const orders = crash.memory.classes.find(({ name }) => name === 'Order');
    assert.ok(orders.count > 100_000, JSON.stringify(crash.memory.classes));
  });

  it('the heap, with LOOPDET_OOM=snapshot: a heap snapshot too', async () => {
    const env = { LOOPDET_OOM: 'snapshot' };
    const small = { nodeOptions: ['--max-old-space-size=30'], env, timeoutMs: 60_000 };
    const { withAddon, crashes } = await dies('oom.js', small);
    assert.equal(crashes[0].kind, 'outOfMemory');
    const [name] = withAddon.files.snapshots();
    assert.ok(withAddon.files.readJson(name).nodes.length > 0);
  });

  it('classes are not counted where there is no memory for it', async (test) => {
    if (!group) return test.skip('no control group with a limit can be made here');
    const enter = `echo $$ > ${group}/cgroup.procs && exec prlimit --core=0 "$@"`;
    const result = await run('deaths/oom.js', { nodeOptions, launcher: ['sh', '-c', enter, 'sh'] });
    const [crash] = recovered(result);
    assert.match(crash.memory.classes.error, /may need \d+ MB, and \d+ MB are available/);
  });

  it('a heap that shrinks in time gets its old limit back, and is no death', async () => {
    const result = await run('deaths/oom.js', { args: ['shrinks'], nodeOptions, launcher });
    assert.equal(result.code, 0, result.describe('it ended'));
    assert.match(result.stdout, /^shrunk$/m);
    assert.deepEqual(recovered(result), []);
  });

  // V8 looks at the pages that a heap holds, and one collection may leave more of them by far than Node's own callback
  // allows for where the young objects had our room to grow in (Node 24, without threads for it every time). And a
  // debugger of ours, which reads the exceptions of a worker's start, hides that callback.
  /** @type {Record<string, {args?: string[], nodeOptions?: string[], env?: Record<string, string>}>} */
  const workers = {
    'of objects': {},
    'of strings': { args: ['strings'], nodeOptions: ['--single-threaded-gc'] },
    'with LOOPDET_OOM=off': { env: { LOOPDET_OOM: 'off' } },
    'of which V8 does not tell us': { env: { LOOPDET_V8_WITHOUT: 'heapLimit' } },
    'that cannot be interrupted': { env: { LOOPDET_V8_WITHOUT: 'interrupt' } },
  };
  for (const [what, options] of Object.entries(workers)) {
    it(`the heap of a worker, whose process lives: ${what}`, async () => {
      const { withAddon, crashes } = await dies('oom-worker.js', options);
      assert.equal(withAddon.code, 0);
      assert.match(withAddon.stdout, /ERR_WORKER_OUT_OF_MEMORY/);
      assert.deepEqual(
        crashes.map(({ kind }) => kind),
        [],
      );
    });
  }

  it('the heap of an ES module that starts: a debugger of ours gives it no other limit', async () => {
    const megabytes = 200;
    const { withAddon } = await dies('oom-start.mjs', {
      nodeOptions: [`--max-old-space-size=${megabytes}`],
      env: { LOOPDET_OOM: 'off' },
    });
    // V8's debugger gives four times as much, to stop there.
    const collected = [...withAddon.ownStderr.matchAll(/ (\d+\.\d) \(\d+\.\d\) -> /g)];
    const last = Number(collected.at(-1)?.[1]);
    assert.ok(last > megabytes / 2 && last < 3 * megabytes, `${last} MB of ${megabytes}`);
  });

  it('the heap of an ES module that starts: Node writes its own snapshot', async () => {
    const directory = temporaryDirectory();
    const asked = ['--heapsnapshot-near-heap-limit=1', `--diagnostic-dir=${directory}`];
    await dies('oom-start.mjs', { nodeOptions: ['--max-old-space-size=30', ...asked] });
    // Of both runs.
    assert.equal(fs.readdirSync(directory).length, 2);
  });

  it('outside of the heap: an exception, and its crash file', async () => {
    const { crashes } = await dies('oom-buffer.js', {
      args: ['2500000000'],
      launcher: ['prlimit', '--core=0', '--as=2500000000'],
    });
    assert.deepEqual(
      crashes.map(({ kind }) => kind),
      ['uncaughtException'],
    );
  });
});
