'use strict';

// What times the program's I/O cannot be told by the program: functions look, behave and fail as
// without the addon. Programs run both ways, at the default threshold and at 0, where everything is
// an event.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const net = require('node:net');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { NODE, PROGRAMS, ROOT, bare, run, sameBehaviour } = require('./harness.js');

const FOLDER = path.join(PROGRAMS, 'io-invisible');
const CAPTURED_BEFORE = path.join(FOLDER, 'captured-before.js');
const SECOND_TOOL = path.join(FOLDER, 'second-tool.js');

/** Nothing is an event; and everything is. */
const SETTINGS = {
  'default threshold': {},
  'threshold 0': { LOOPDET_IO_THRESHOLD_MS: 0, LOOPDET_LOG: 'json' },
};

/** The cases that a program of several has. */
function namesOf(program) {
  return JSON.parse(
    execFileSync(NODE, [path.join(FOLDER, program), 'names'], { encoding: 'utf8' }),
  );
}

/**
 * Runs a program without the addon, and with it in each setting; all must be the same.
 *
 * @param {string} program
 * @param {Parameters<typeof run>[1]} [options]
 */
async function unseen(program, options = {}) {
  const without = await bare(`io-invisible/${program}`, options);
  const runs = [];
  for (const env of Object.values(SETTINGS)) {
    const withAddon = await run(`io-invisible/${program}`, {
      ...options,
      env: { ...options.env, ...env },
    });
    sameBehaviour(withAddon, without);
    runs.push(withAddon);
  }
  return { runs, without };
}

/** A program that succeeds, without a line or a file of ours. */
async function unseenSuccess(program, options) {
  const { runs, without } = await unseen(program, options);
  assert.equal(without.code, 0, without.describe('the program itself failed'));
  assert.notEqual(without.stdout, '');
  assert.equal(without.stderr, '');
  for (const one of runs) {
    assert.deepEqual(one.files.names, []);
    assert.deepEqual(one.notices, []);
  }
}

describe('every function', () => {
  /** What functions may have by their kind alone: tested apart from the rest. */
  const INHERENT = ['arguments', 'caller', 'prototype'];

  /**
   * The names of what looks different with the addon, with what each was and became.
   *
   * @param {Record<string, string>} env
   * @param {(key: string, value: any) => any} only keeps what is to be the same, as JSON.stringify's
   */
  const differences = async (env, only) => {
    const read = (/** @type {any} */ result) => {
      assert.equal(result.code, 0, result.describe('failed'));
      const shapes = Object.entries(JSON.parse(result.stdout));
      assert.ok(shapes.length > 300);
      return new Map(shapes.map(([name, shape]) => [name, JSON.stringify(shape, only)]));
    };
    const shapes = read(await bare('io-invisible/shape.js'));
    const wrapped = read(await run('io-invisible/shape.js', { env }));
    const names = new Set([...shapes.keys(), ...wrapped.keys()]);
    const different = [...names].filter((name) => shapes.get(name) !== wrapped.get(name));
    return different.map((name) => `${name}: ${shapes.get(name)} became ${wrapped.get(name)}`);
  };

  /** @type {Record<string, (key: string, value: any) => any>} */
  const aspects = {
    'has the same name, length, properties, symbols and descriptors': (key, value) => {
      if (key === 'kind') return undefined;
      if (key !== 'keys') return value;
      const own = value.filter((/** @type {any} */ one) => !INHERENT.includes(one.key));
      return own.sort((/** @type {any} */ one, /** @type {any} */ other) =>
        one.key < other.key ? -1 : 1,
      );
    },
    'has prototype, arguments and caller only if it had them': (key, value) => {
      if (['kind', 'name', 'length', 'flags'].includes(key)) return undefined;
      if (key !== 'keys') return value;
      return value
        .map((/** @type {any} */ own) => own.key)
        .filter((/** @type {string} */ own) => INHERENT.includes(own));
    },
    'has its keys in the same order': (key, value) => {
      if (['kind', 'name', 'length', 'flags'].includes(key)) return undefined;
      if (key !== 'keys') return value;
      return value
        .map((/** @type {any} */ own) => own.key)
        .filter((/** @type {string} */ own) => !INHERENT.includes(own));
    },
    // util.types.isAsyncFunction alone tells a Proxy of an async function from one.
    'is of the same kind, a constructor or not': (key, value) => {
      if (key === 'kind') return value.replace(' async', '');
      return ['keys', 'name', 'length', 'flags'].includes(key) ? undefined : value;
    },
  };
  for (const [aspect, only] of Object.entries(aspects)) {
    it(aspect, async () => {
      const different = await differences({}, only);
      assert.equal(different.length, 0, different.map((line) => line.slice(0, 300)).join('\n'));
    });
  }

  it('is as complete with LOOPDET_IO=off', async () => {
    assert.deepEqual(await differences({ LOOPDET_IO: 'off' }, (_key, value) => value), []);
  });
});

describe('LOOPDET_IO=off', () => {
  const compare = async (program, env) => {
    const result = await run(program, {
      env,
      load: ['--require', CAPTURED_BEFORE, '--require', ROOT],
    });
    assert.equal(result.code, 0, result.describe('failed'));
    return JSON.parse(result.stdout);
  };

  it('leaves every function as it was', async () => {
    const { all, ...changes } = await compare('io-invisible/compare.js', { LOOPDET_IO: 'off' });
    assert.ok(all > 250, `${all}`);
    assert.deepEqual(changes, { replaced: [], shown: [], added: [] });
  });

  it('is what makes the difference', async () => {
    const { replaced, added } = await compare('io-invisible/compare.js', {});
    const one = [
      'fs.readFile',
      'fs.promises.readFile',
      'dns.lookup',
      'net.Socket.prototype.connect',
    ];
    for (const name of [...one, 'ChildProcess.prototype.spawn', 'globalThis.fetch']) {
      assert.ok(replaced.includes(name), name);
    }
    assert.deepEqual(added, []);
  });

  for (const [kind, pattern] of Object.entries({
    fs: /^fs\./,
    dns: /^dns\./,
    tcp: /^(net\.Socket\.prototype|tls)\.connect$/,
    child: /^(child_process|ChildProcess\.prototype)\./,
    fetch: /^globalThis\.fetch$/,
  })) {
    it(`LOOPDET_IO=${kind} replaces functions of ${kind} only`, async () => {
      const { replaced } = await compare('io-invisible/compare.js', { LOOPDET_IO: kind });
      const ours = replaced.filter((name) => name !== 'Module._load');
      assert.notEqual(ours.length, 0);
      assert.deepEqual(
        ours.filter((name) => !pattern.test(name)),
        [],
      );
    });
  }
});

it('a getter is Node’s own again when it has been read', async () => {
  const result = await run('io-invisible/getters.js');
  const { before, after } = JSON.parse(result.stdout);
  assert.deepEqual(before, ['dns', 'fs']);
  assert.deepEqual(after, []);
});

describe('what others build on the functions works', { concurrency: 2 }, () => {
  it('util.promisify', () => unseenSuccess('promisify.js'));
  it('fs.realpath.native and fs.realpathSync.native', () => unseenSuccess('realpath.js'));
  it('graceful-fs, required', () => unseenSuccess('graceful.js'));
  it('graceful-fs, let loose on fs', () => unseenSuccess('graceful.js', { args: ['gracefulify'] }));
  it('imports: named, namespace, default, fs/promises', () => unseenSuccess('imports.mjs'));
  it('mocks that replace functions later, and put them back', () => unseenSuccess('mocks.js'));
  it('mocks before and after an import', () => unseenSuccess('mocks.mjs'));
  it('AsyncLocalStorage', () => unseenSuccess('context.js'));
  it('promises and their errors', () => unseenSuccess('promises.js'));
  it('workers that are ended while operations are under way', async () => {
    await unseenSuccess('workers-ended.js', { timeoutMs: 60_000 });
  });
});

describe('callbacks and arguments', { concurrency: 2 }, () => {
  const what = {
    callbacks: 'what a callback is given',
    this: 'the `this` of a callback',
    extra: 'more arguments than any function has; Buffers and URLs',
    odd: 'paths that are none, or hard to read',
  };
  for (const [part, promise] of Object.entries(what)) {
    it(promise, () => unseenSuccess('arguments.js', { args: [part] }));
  }
});

describe('a second tool that wraps the same functions', { concurrency: 2 }, () => {
  for (const [order, load] of Object.entries({
    'before the addon': ['--require', SECOND_TOOL, '--require', ROOT],
    'after the addon': ['--require', ROOT, '--require', SECOND_TOOL],
  })) {
    it(`works, and sees the same calls: loaded ${order}`, async () => {
      const without = await bare('io-invisible/under-tool.js', {
        nodeOptions: ['--require', SECOND_TOOL],
      });
      assert.equal(without.code, 0, without.describe('the program itself failed'));
      assert.match(without.stdout, /^readFile under-tool\.js$/m);
      assert.match(without.stdout, /^_load node:net from \.$/m);
      assert.match(without.stdout, /^connect object$/m);
      const withAddon = await run('io-invisible/under-tool.js', { load });
      sameBehaviour(withAddon, without);
      assert.deepEqual(withAddon.notices, []);
    });
  }
});

describe('a port where nobody listens', () => {
  // The near end of a connection: nobody else is given this port, and nobody answers there.
  const server = net.createServer((socket) => socket.resume());
  /** @type {net.Socket} */
  let holder;

  before(async () => {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    holder = net.connect(port, '127.0.0.1');
    await new Promise((resolve) => holder.once('connect', resolve));
  });
  after(() => {
    holder.destroy();
    server.close();
  });

  describe('an error that ends the program: same code, same stderr', { concurrency: 2 }, () => {
    const succeeds = /caught and printed|with an error, printed/;
    for (const name of namesOf('ends.js')) {
      it(name, async () => {
        const { without } = await unseen('ends.js', { args: [name, String(holder.localPort)] });
        assert.equal(without.code, succeeds.test(name) ? 0 : 1, without.describe('not as meant'));
        assert.notEqual(without.stderr, '');
      });
    }
    for (const name of namesOf('module-ends.mjs')) {
      it(`in an ES module: ${name}`, async () => {
        const { without } = await unseen('module-ends.mjs', { args: [name] });
        assert.equal(without.code, 1, without.describe('not as meant'));
        assert.notEqual(without.stderr, '');
      });
    }
  });
});

describe('an error that the program handles', { concurrency: 2 }, () => {
  for (const name of namesOf('handled.js')) {
    it(name, async () => {
      const { runs, without } = await unseen('handled.js', { args: [name] });
      assert.equal(without.code, 0, without.describe('the program itself failed'));
      for (const one of runs) assert.deepEqual(one.files.names, []);
    });
  }
});

describe('process.exit', { concurrency: 2 }, () => {
  for (const name of namesOf('exits.js')) {
    it(name, async () => {
      const { runs, without } = await unseen('exits.js', { args: [name] });
      assert.equal(without.code, /listener/.test(name) ? 4 : 3, without.describe('not as meant'));
      for (const one of runs) assert.deepEqual(one.notices, []);
    });
  }
});

describe('a throw in a callback is captured with locals', { concurrency: 2 }, () => {
  for (const name of namesOf('crashes.js')) {
    it(name, async () => {
      const { runs } = await unseen('crashes.js', { args: [name] });
      for (const one of runs) {
        const { capture, frames } = one.crash();
        assert.equal(capture.mode, 'throw', one.describe(`${capture.reason}`));
        const frame = frames.find(({ functionName }) => functionName === 'handle');
        assert.ok(frame, one.describe('no frame of the callback'));
        const variables = frame.scopes.flatMap((/** @type {any} */ scope) => scope.variables);
        const names = variables.map((/** @type {any} */ variable) => variable.name);
        assert.ok(names.includes('order'), `${names}`);
        // No frame of ours, and none of a wrapper.
        const strange = frames.filter(({ url }) => url?.includes(path.join(ROOT, 'js')));
        assert.deepEqual(strange, []);
      }
    });
  }
});

describe('thousands of calls that fail in try and catch', () => {
  it('are no captures, and leave the budget for a crash', async () => {
    const calm = await run('io-invisible/tries.js');
    assert.equal(calm.code, 0, calm.describe('failed'));
    assert.equal(JSON.parse(calm.stdout).failed, 10_000);
    assert.deepEqual(calm.files.names, []);
    assert.deepEqual(calm.notices, []);

    const crashed = await run('io-invisible/tries.js', { args: ['crash'] });
    const { capture, frames } = crashed.crash();
    assert.equal(capture.mode, 'throw', capture.reason);
    const names = frames[0].scopes.flatMap((scope) => scope.variables.map(({ name }) => name));
    assert.ok(names.includes('evidence'), `${names}`);
  });

  it('take little longer than with LOOPDET_IO=off', async () => {
    const best = { on: Infinity, off: Infinity };
    for (let round = 0; round < 3; round++) {
      for (const io of /** @type {const} */ (['on', 'off'])) {
        const env = { LOOPDET_IO: io === 'off' ? 'off' : undefined };
        const { stdout } = await run('io-invisible/tries.js', { env });
        best[io] = Math.min(best[io], JSON.parse(stdout).bestMs);
      }
    }
    // One capture takes milliseconds: 2000 of them would be far beyond this.
    assert.ok(best.on < 3 * best.off, `${best.on} ms instead of ${best.off} ms`);
  });
});
