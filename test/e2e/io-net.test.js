'use strict';

// Slow I/O: name look-ups, TCP and TLS connects, against what the program measured itself.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const { run, start, temporaryDirectory } = require('./harness.js');
const { ENVIRONMENT, runMeasured, sameOperations } = require('./programs/io/expect.js');
const { makeCertificate } = require('./programs/io/peers/certificate.js');
const { slowDns } = require('./programs/io/peers/dns.js');
const { slowHandshake } = require('./programs/io/peers/http.js');
const { startRedis } = require('./programs/io/peers/redis.js');

describe('a slow look-up', () => {
  it('is one event, however it was asked for; a fast one is none', async (t) => {
    const server = await slowDns();
    t.after(() => server.close());
    await runMeasured('dns.js', [server.address]);
  });

  it('is found in a program that has loaded only the promises, which are not loaded before', async (t) => {
    const server = await slowDns();
    t.after(() => server.close());
    await runMeasured('dns-promises.js', [server.address]);
  });

  it('of the hosts file is an event only under a threshold of 0', async (t) => {
    const secure = makeCertificate(temporaryDirectory());
    const server = await slowHandshake(secure, 0);
    t.after(() => server.close());
    const env = { ...ENVIRONMENT, LOOPDET_IO: 'dns,tcp' };
    const args = [server.port];
    const quiet = await run('io/hosts-lookup.js', { args, env });
    assert.equal(quiet.code, 0, quiet.describe('failed'));
    assert.deepEqual(quiet.events('slow-io'), []);
    const loud = await run('io/hosts-lookup.js', {
      args,
      env: { ...env, LOOPDET_IO_THRESHOLD_MS: 0 },
    });
    assert.equal(loud.code, 0, loud.describe('failed'));
    // The last look-up is the connection's own.
    assert.deepEqual(
      loud
        .events('slow-io')
        .map(({ kind, target }) => `${kind} ${target}`)
        .sort(),
      ['dns localhost', 'dns localhost', 'dns localhost', `tcp localhost:${server.port}`],
      loud.describe('not these'),
    );
  });
});

describe('a slow TCP connect', () => {
  /** @type {Awaited<ReturnType<typeof startRedis>>} */
  let redis;
  before(async () => {
    redis = await startRedis(temporaryDirectory());
  });
  after(() => redis.close());

  for (const program of ['tcp.js', 'redis.js']) {
    it(`is one event, in ${program}`, async () => {
      await redis.stop();
      const running = start(`io/${program}`, { args: [redis.port], env: ENVIRONMENT });
      await running.waitForOutput('connecting');
      setTimeout(() => redis.resume(), 200);
      await running.done;
      assert.equal(running.code, 0, running.describe('failed'));
      const { measures } = JSON.parse(running.stdout.trim().split('\n').at(-1));
      assert.ok(measures.at(-1).durationMs > 200, JSON.stringify(measures));
      sameOperations(running, measures, program);
    });
  }
});

describe('a slow TLS handshake', () => {
  /** @type {ReturnType<typeof makeCertificate>} */
  let secure;
  /** @type {Awaited<ReturnType<typeof slowHandshake>>} */
  let slow;
  /** @type {Awaited<ReturnType<typeof slowHandshake>>} */
  let cut;
  before(async () => {
    secure = makeCertificate(temporaryDirectory());
    slow = await slowHandshake(secure, 250);
    cut = await slowHandshake(secure, 250, true);
  });
  after(() => Promise.all([slow.close(), cut.close()]));

  it('is one event, and no TCP event beside it', async () => {
    await runMeasured('tls.js', [slow.port, cut.port, secure.certFile]);
  });

  it('of a request is an event beside the request', async () => {
    await runMeasured('https-handshake.js', [slow.port, secure.certFile]);
  });
});
