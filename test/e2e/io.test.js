'use strict';

// Slow I/O: child processes, ES modules, workers, crash files, subscribers, and what stays as without the addon.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const { ROOT, run, runBoth, temporaryDirectory } = require('./harness.js');
const { ENVIRONMENT, TOLERANCE_MS, runMeasured } = require('./programs/io/expect.js');
const { makeCertificate } = require('./programs/io/peers/certificate.js');
const { slowDns } = require('./programs/io/peers/dns.js');
const { slowHandshake, slowHttp } = require('./programs/io/peers/http.js');
const { ways } = require('./programs/io/rejections.js');

/** @type {ReturnType<typeof makeCertificate>} */
let secure;
/** @type {Awaited<ReturnType<typeof slowDns>>} */
let dns;
/** @type {Awaited<ReturnType<typeof slowHttp>>} */
let web;
/** @type {Awaited<ReturnType<typeof slowHttp>>} */
let late;
/** A port where a handshake does not end in the time of a test. @type {Awaited<ReturnType<typeof slowHandshake>>} */
let silent;

before(async () => {
  secure = makeCertificate(temporaryDirectory());
  dns = await slowDns();
  web = await slowHttp();
  late = await slowHandshake(secure, 250);
  silent = await slowHandshake(secure, 60_000);
});

after(() => Promise.all([dns, web, late, silent].map((peer) => peer.close())));

describe('a slow child process', () => {
  it('is one event, however it was started', async () => {
    const { result } = await runMeasured('child.js', []);
    assert.doesNotMatch(result.stderr, /secret/, result.describe('an argument'));
  });

  it('that is waited for is one event, with an error if the call threw', async () => {
    const { result } = await runMeasured('child.js', ['sync']);
    assert.doesNotMatch(result.stderr, /secret/, result.describe('an argument'));
    const named = result.events('lag').flatMap(({ io = [] }) => io.map(({ kind }) => kind));
    assert.ok(named.includes('child'), result.describe('no lag event names one'));
  });
});

describe('an ES module', () => {
  for (const option of ['--require', '--import']) {
    it(`with named imports, loaded with ${option}`, async () => {
      const args = [temporaryDirectory(), dns.address, late.port, secure.certFile, web.port];
      const load = [option, option === '--import' ? `file://${ROOT}/js/register.js` : ROOT];
      await runMeasured('module.mjs', args, { load });
    });
  }
});

describe('a worker', () => {
  it('has its own operations, under its own thread', async () => {
    const args = [temporaryDirectory(), dns.address, web.port];
    const { events, output, result } = await runMeasured('worker.js', args);
    for (const event of events) {
      assert.equal(event.threadId, output.threadId, result.describe('another thread'));
    }
  });
});

describe('subscribers', () => {
  it('get the same object from the API and the channel, when the loop has turned', async () => {
    const env = { ...ENVIRONMENT, LOOPDET_IO: 'fs' };
    const result = await run('io/heard.js', { args: [temporaryDirectory()], env });
    assert.equal(result.code, 0, result.describe('failed'));
    const { heard, same, calledInside } = JSON.parse(result.stdout);
    assert.equal(heard.length, 2, result.describe('heard'));
    assert.ok(same, 'not the same objects');
    assert.ok(!calledInside, 'a subscriber was called inside of a call of the program');
    assert.deepEqual(heard, result.events('slow-io'));
  });
});

describe('a crash file', () => {
  it('has what was slow and what the process waited for', async () => {
    const args = [temporaryDirectory(), web.port, dns.address, silent.port];
    const result = await run('io/crash.js', { args, env: ENVIRONMENT });
    assert.equal(result.code, 1, result.describe('did not crash'));
    const { lasted, fifo, slow } = JSON.parse(result.stdout);
    const { io } = result.crash();
    const address = `127.0.0.1:${web.port}`;
    /** @type {Record<string, [string, string]>} */
    const wanted = {
      endlessBody: ['http', `GET ${address}/endless/0`],
      endlessFetch: ['fetch', `GET ${address}/endless/1`],
      noAnswer: ['http', `GET ${address}/silent`],
      lostName: ['dns', 'lost.test'],
      blockedFile: ['fs', fifo],
      sleeping: ['child', 'sleep'],
      handshake: ['tls', `127.0.0.1:${silent.port}`],
    };
    const message = JSON.stringify(io, null, 1);
    for (const [name, [kind, target]] of Object.entries(wanted)) {
      const found = io.inFlight.filter((one) => one.kind === kind && one.target === target);
      assert.equal(found.length, 1, `${name}: ${message}`);
      const [{ durationMs, stack }] = found;
      // From the throw to the reading of the table the capture runs: the table's time is later.
      assert.ok(durationMs >= lasted[name] - TOLERANCE_MS, `${name} ${lasted[name]}: ${message}`);
      assert.ok(
        stack.some(({ functionName }) => functionName === name),
        `${name}: ${message}`,
      );
      assert.match(stack[0].url, /crash\.js$/, `${name}: ${message}`);
    }
    assert.equal(io.inFlight.length, Object.keys(wanted).length, message);
    const read = io.slow.filter(({ kind, target }) => kind === 'fs' && target === slow);
    assert.equal(read.length, 1, message);
    assert.equal(io.threadPool.size, 4);
    assert.equal(io.dropped ?? 0, 0);
    assert.doesNotMatch(message, /secret/);
  });

  it('says that nothing was timed with LOOPDET_IO=off', async () => {
    const args = [temporaryDirectory(), web.port, dns.address, silent.port];
    const result = await run('io/crash.js', { args, env: { ...ENVIRONMENT, LOOPDET_IO: 'off' } });
    assert.equal(result.code, 1, result.describe('did not crash'));
    assert.deepEqual(result.events('slow-io'), []);
    assert.match(result.crash().io.error, /off/);
  });
});

describe('a failed operation', () => {
  for (const way of ways) {
    it(`ends the program, or does not, as without the addon: ${way}`, async () => {
      await runBoth('io/rejections.js', { args: [way] });
    });
  }
});
