'use strict';

// The examples do what their first lines promise.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { describe, it } = require('node:test');
const { ROOT, bare, run, start } = require('./harness.js');

const EXAMPLES = path.join(ROOT, 'examples');
const example = (name) => path.join(EXAMPLES, name);
const byName = { load: ['--require', 'loopdet-addon'], cwd: ROOT };

/** Starts a server of the examples; resolves with the run and its address. */
async function serve(name, env = {}) {
  const running = start(example(name), {
    ...byName,
    env: { PORT: '0', LOOPDET_LOG: 'json', ...env },
    timeoutMs: 30_000,
  });
  const [address] = await running.waitFor(
    ({ stdout }) => /http:\/\/127\.0\.0\.1:\d+/.exec(stdout),
    'an address',
  );
  return { running, address };
}

/** Sends a request; resolves with the answer's text, or null when there was none. */
function ask(address, method = 'GET', body = '') {
  return new Promise((resolve) => {
    const request = http.request(address, { method, agent: false }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve(text));
      response.on('error', () => resolve(null));
    });
    request.on('error', () => resolve(null));
    request.end(body);
  });
}

async function stop(running) {
  running.kill('SIGTERM');
  await running.done;
  assert.equal(running.signal, 'SIGTERM', running.describe('how it ended'));
}

describe('examples', () => {
  it('each says what to run in its first lines, and needs no packages but those it is about', () => {
    for (const file of fs.readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.js')) continue;
      const text = fs.readFileSync(path.join(EXAMPLES, file), 'utf8');
      for (const [, name] of text.matchAll(/require\('([^']+)'\)/g)) {
        const isAbout =
          file.startsWith(`${name}/`) || /^(?:loopdet-addon\/|prom-client$)/.test(name);
        assert.ok(isAbout || /^(node:|\.\/)/.test(name), `${file}: ${name}`);
      }
      if (/\/(server|mail-merge)\.js$/.test(file)) {
        assert.match(text.slice(0, 900), /node --require loopdet-addon examples\//, file);
      }
    }
  });

  it('crashing-server: the user without a name is in the crash file', async () => {
    const { running, address } = await serve('crashing-server/server.js');
    const name = { first: 'Ada', last: 'Lovelace' };
    const ada = { email: 'ada@example.com', password: 'engine-7', name };
    assert.match(await ask(`${address}/signup`, 'POST', JSON.stringify(ada)), /Hello Ada/);
    const bob = { email: 'bob@example.com', password: 'tables-8' };
    assert.equal(await ask(`${address}/signup`, 'POST', JSON.stringify(bob)), null);
    await running.done;
    assert.equal(running.code, 1);
    const crash = running.crash();
    assert.equal(crash.error.name, 'TypeError');
    const [frame, caller] = crash.frames;
    assert.equal(frame.functionName, 'welcomeText');
    assert.match(frame.url, /crashing-server\/signup\.js$/);
    const user = frame.scopes[0].variables.find((variable) => variable.name === 'user');
    assert.match(JSON.stringify(user.value), /bob@example\.com/);
    assert.match(caller.url, /crashing-server\/signup\.js$/);
    assert.ok(!JSON.stringify(crash).includes('tables-8'), 'the password is in the file');
  });

  it('blocked-server: every route is a lag event with its function', async () => {
    const { running, address } = await serve('blocked-server/server.js');
    for (const [route, functionName, cause] of [
      ['login', 'login', 'native'],
      // Some of it is JSON's own C++.
      ['report', 'report', undefined],
      ['check', 'check', undefined],
      ['backup', 'backup', 'syscall'],
    ]) {
      const before = running.events('lag').length;
      const answer = await ask(`${address}/${route}`);
      // Not that of the start, which on a slow machine is long and still on.
      const took = Number(/\((\d+) ms\)/.exec(answer)?.[1]);
      assert.ok(took > 150, answer);
      const lag = await running.waitFor(
        (one) =>
          one
            .events('lag')
            .slice(before)
            .find((event) => event.durationMs > took - 5),
        `lag of ${route}`,
      );
      const names = lag.stack.map((entry) => entry.functionName);
      assert.ok(names.includes(functionName), `${route}: ${names}`);
      // On a busy machine it may have waited for a CPU as long.
      if (cause) assert.ok([cause, 'starved'].includes(lag.cause), `${route}: ${lag.cause}`);
    }
    await stop(running);
    assert.ok(running.stalls().length >= 1);
  });

  it('leaking-server: a snapshot, and the server goes on', async () => {
    const { running, address } = await serve('leaking-server/server.js');
    for (let query = 0; query < 20; query++) await ask(`${address}/search?q=${query}`);
    running.kill('SIGUSR2');
    await running.waitForEvent('heap');
    assert.match(await ask(`${address}/search?q=1`), /20 pages in the cache/);
    const [name] = running.files.snapshots();
    assert.ok(running.files.readJson(name).strings.includes('ResultCache'));
    await stop(running);
  });

  it('endless-loop: the stall names fill()', async () => {
    const running = start(example('endless-loop/mail-merge.js'), {
      ...byName,
      env: { LOOPDET_LOG: 'json' },
    });
    const inFill = ({ stack }) => stack.some((entry) => entry.functionName === 'fill');
    await running.waitForEvent('stall', inFill);
    await running.waitFor((one) => one.files.matching(/^stall\./).length > 0, 'a stall file');
    assert.match(running.stdout, /Dear Ada Lovelace,\nis the weather good in London\?/);
    running.kill('SIGKILL');
    await running.done;
  });

  it('express: a report of the error that it answers, and metrics', async () => {
    const { running, address } = await serve('express/server.js');
    assert.match(await ask(`${address}/orders/17`), /"sum":30/);
    const { report } = JSON.parse(await ask(`${address}/orders/18`));
    const document = JSON.parse(fs.readFileSync(report, 'utf8'));
    assert.equal(document.kind, 'manual');
    assert.match(document.reason, /^GET \/orders\/18: Cannot read properties of undefined/);
    assert.ok(await ask(`${address}/export`));
    await running.waitFor(
      ({ stdout }) => /blocked for \d+ ms \(\w+\)/.test(stdout),
      'its own line',
    );
    const metrics = await ask(`${address}/metrics`);
    assert.match(metrics, /^loopdet_eventloop_lags_total\{cause="\w+"\} \d/m);
    assert.match(metrics, /^nodejs_version_info/m);
    await stop(running);
  });

  it('fastify: its log says what blocked it and what it waited for; a forgotten promise ends it', async () => {
    const { running, address } = await serve('fastify/server.js');
    assert.match(await ask(`${address}/login`), /session/);
    assert.match(await ask(`${address}/weather`), /sun/);
    const logged = (/** @type {any} */ one, /** @type {string} */ message) =>
      one.stdout
        .split('\n')
        .filter((/** @type {string} */ line) => line.startsWith('{'))
        .map((/** @type {string} */ line) => JSON.parse(line))
        .filter((/** @type {any} */ line) => line.msg === message);
    await running.waitFor(
      (one) => logged(one, 'the event loop was blocked').some(({ durationMs }) => durationMs > 150),
      'the lag in its log',
    );
    await running.waitFor(
      (one) =>
        logged(one, 'slow I/O').some(
          ({ kind, target }) => kind === 'fetch' && !target.includes('secret'),
        ),
      'the slow request in its log',
    );
    assert.match(await ask(`${address}/forget`), /Ada/);
    await running.done;
    assert.equal(running.code, 1);
    const crash = running.crash();
    assert.equal(crash.kind, 'unhandledRejection');
    assert.match(crash.frames[0].url, /fastify\/server\.js$/);
  });

  it('cluster: the worker that dies has a crash file, and the others go on', async () => {
    const running = start(example('cluster/server.js'), {
      ...byName,
      env: { PORT: '0' },
      timeoutMs: 30_000,
    });
    const [, pid, address] = await running.waitFor(
      ({ stdout }) => /^worker (\d+): (http:.*)$/m.exec(stdout),
      'a worker',
    );
    assert.match(await ask(address), /^\d+\n$/);
    assert.equal(await ask(`${address}/crash`), null);
    const [, dead] = await running.waitFor(
      ({ stdout }) => /^worker (\d+) ended: 1$/m.exec(stdout),
      'its end',
    );
    assert.ok(Number(pid) > 0);
    const [name] = running.files.matching(/^crash\./);
    const crash = running.files.readJson(name);
    assert.equal(crash.header.processId, Number(dead));
    assert.equal(crash.frames[0].functionName, 'endSession');
    await stop(running);
  });

  it('worker-threads: lags and crashes have their thread', async () => {
    const running = start(example('worker-threads/server.js'), {
      ...byName,
      env: { LOOPDET_LOG: 'json' },
      timeoutMs: 30_000,
    });
    await running.done;
    assert.equal(running.code, 0, running.describe('failed'));
    assert.match(running.stdout, /^216816 primes below 3000000$/m);
    assert.match(running.stdout, /^worker ended: Invalid typed array length: -1$/m);
    const [name] = running.files.matching(/^crash\./);
    assert.match(name, /\.2\.\d+\.json$/);
    assert.equal(running.files.readJson(name).header.threadId, 2);
  });

  it('demo.js: ends well, and shows the crash', async () => {
    const result = await run(example('demo.js'), { load: [], cwd: ROOT, timeoutMs: 40_000 });
    assert.equal(result.code, 0, result.describe('failed'));
    assert.match(result.stdout, /Hello Ada/);
    assert.match(result.stdout, /welcomeText/);
    assert.match(result.stdout, /Cannot read properties of undefined \(reading 'first'\)/);
    assert.match(result.stdout, /bob@example\.com/);
  });

  it('work without the addon as well', async () => {
    const result = await bare(example('crashing-server/signup.js'));
    assert.equal(result.code, 0);
  });
});
