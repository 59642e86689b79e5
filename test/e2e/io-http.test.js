'use strict';

// Slow I/O: HTTP of clients and servers, against what the program measured itself.

const assert = require('node:assert/strict');
const http = require('node:http');
const https = require('node:https');
const { after, before, describe, it } = require('node:test');
const { run, start, temporaryDirectory } = require('./harness.js');
const { ENVIRONMENT, runMeasured, sameOperations } = require('./programs/io/expect.js');
const { makeCertificate } = require('./programs/io/peers/certificate.js');
const { closedPort, slowHttp, slowHttp2 } = require('./programs/io/peers/http.js');

/** @type {ReturnType<typeof makeCertificate>} */
let secure;
/** @type {Record<string, Awaited<ReturnType<typeof slowHttp>>>} */
const peers = {};

before(async () => {
  secure = makeCertificate(temporaryDirectory());
  peers.http = await slowHttp();
  peers.https = await slowHttp(secure);
  peers.h2 = await slowHttp2(secure);
});

after(() => Promise.all(Object.values(peers).map(({ close }) => close())));

/** Nothing that a URL may hide is anywhere in the addon's output. */
function noSecrets(result) {
  assert.doesNotMatch(result.stderr, /secret|user/, result.describe('a secret'));
}

describe('a slow request', { concurrency: 2 }, () => {
  it('of node:http is one event, as long as the program waited', async () => {
    const { result } = await runMeasured('http-client.js', [peers.http.port]);
    noSecrets(result);
  });

  it('lasts until its answer is there, whatever the program then does with it', async () => {
    const env = { ...ENVIRONMENT, LOOPDET_IO: 'http', LOOPDET_IO_THRESHOLD_MS: 300 };
    const result = await run('io/http-busy.js', { args: [peers.http.port], env });
    assert.equal(result.code, 0, result.describe('failed'));
    const { durationMs } = JSON.parse(result.stdout);
    const events = result.events('slow-io');
    const targets = events.map(({ target }) => target);
    const target = `GET 127.0.0.1:${peers.http.port}/answer/400`;
    assert.deepEqual(targets, [target], result.describe('not these'));
    const message = result.describe(`${events[0].durationMs} ms, not ${durationMs} ms`);
    assert.ok(Math.abs(events[0].durationMs - durationMs) < 500, message);
  });

  it('that becomes another connection lasts until then', async () => {
    await runMeasured('http-upgrade.js', [peers.http.port]);
  });

  it('is over however it ends', async () => {
    const result = await run('io/http-ends.js', { env: { LOOPDET_FILES_PER_HOUR: 100000 } });
    assert.equal(result.stdout, '28 ways\n', result.describe('in flight for good'));
  });

  it('of node:https is one event, as long as the program waited', async () => {
    const { result } = await runMeasured('http-client.js', [peers.https.port, secure.certFile]);
    noSecrets(result);
  });

  it('of the global fetch is one event, as long as the program waited', async () => {
    const { result } = await runMeasured('fetch.js', [peers.http.port]);
    noSecrets(result);
  });

  it('of undici is one event, as long as the program waited', async () => {
    const { result } = await runMeasured('undici.js', [peers.http.port]);
    noSecrets(result);
  });

  it('of undici over TLS is one event, as long as the program waited', async () => {
    await runMeasured('undici.js', [peers.https.port, secure.certFile]);
  });

  it('of undici over HTTP/2 is one event, as long as the program waited', async () => {
    const { result } = await runMeasured('undici.js', [peers.h2.port, secure.certFile, 'h2']);
    noSecrets(result);
  });
});

describe('the stack of a request through undici', () => {
  it('has the function that asked', async () => {
    await runMeasured('undici.js', [peers.http.port, '', '', 'stacks']);
  });
});

describe('the stack of a request among more than are noted', () => {
  const cases = ['fetch', 'http'].flatMap((how) => [0, 300].map((later) => [how, later]));
  for (const [how, later] of cases) {
    const end = later ? 'those that are noted end last' : 'all end at once';
    it(`is its own or that of another one to the same target: ${how}, ${end}`, async () => {
      const env = { ...ENVIRONMENT, LOOPDET_IO: 'http,fetch' };
      const result = await run('io/ask-often.js', { args: [peers.http.port, how, later], env });
      const events = result.events('slow-io').filter(({ kind }) => kind === how);
      assert.equal(events.length, 150, result.describe('lost'));
      const isAsking = ({ functionName }) => functionName === 'asksOften';
      const without = events.filter(({ stack }) => !stack.some(isAsking));
      assert.deepEqual(without, []);
      const shared = events.filter(({ sharedStack }) => sharedStack).length;
      assert.ok(shared > 0 && shared < 150, `${shared} shared`);
    });
  }
});

describe('a connection', () => {
  it('that is kept alive is one TCP event; a refused one is one with its error', async () => {
    const { port } = peers.http;
    const closed = await closedPort();
    const env = { ...ENVIRONMENT, LOOPDET_IO: 'http,tcp', LOOPDET_IO_THRESHOLD_MS: 0 };
    const result = await run('io/keep-alive.js', { args: [port, closed], env });
    assert.equal(result.code, 0, result.describe('failed'));
    const seen = result
      .events('slow-io')
      .map(({ kind, target, status, error }) => [kind, target, status ?? error ?? 'connected'])
      .sort();
    assert.deepEqual(
      seen,
      [
        ['http', `GET 127.0.0.1:${closed}/refused`, 'ECONNREFUSED'],
        ['http', `GET 127.0.0.1:${port}/answer/0/1`, 200],
        ['http', `GET 127.0.0.1:${port}/answer/0/2`, 200],
        ['http', `GET 127.0.0.1:${port}/answer/0/3`, 200],
        ['tcp', `127.0.0.1:${closed}`, 'ECONNREFUSED'],
        ['tcp', `127.0.0.1:${port}`, 'connected'],
      ].sort(),
      result.describe('not these'),
    );
  });
});

describe('an inbound request', () => {
  for (const protocol of ['http', 'https']) {
    it(`of node:${protocol} is one event, until its answer is sent or its client has left`, async () => {
      const isSecure = protocol === 'https';
      const client = isSecure ? https : http;
      const args = isSecure ? [secure.certFile, secure.keyFile] : [];
      const running = start('io/server.js', { args, env: ENVIRONMENT });
      await running.waitForOutput('port ');
      const [, port] = /port (\d+)/.exec(running.stdout) ?? [];
      const options = { host: '127.0.0.1', port, agent: false, ca: secure.cert };
      const get = (path) =>
        new Promise((resolve, reject) => {
          const request = client.get({ ...options, path });
          request.on('error', reject);
          request.on('response', (response) => response.on('end', resolve).resume());
        });
      await get('/slow/1?token=secret');
      await get('/fast');
      await Promise.all([get('/slow/2'), get('/slow/3')]);
      const left = client.get({ ...options, path: '/left' }).on('error', () => {});
      setTimeout(() => left.destroy(), 250);
      await running.done;
      assert.equal(running.code, 0, running.describe('failed'));
      const { measures } = JSON.parse(running.stdout.trim().split('\n').at(-1));
      assert.equal(measures.length, 4);
      sameOperations(running, measures, 'server.js');
      noSecrets(running);
    });
  }

  it('is what is under way, on a connection that is used again, and in another recording', async () => {
    const result = await run('io/kept-alive.js', { env: { LOOPDET_IO: 'server' } });
    assert.equal(result.code, 0, result.describe('failed'));
    const under = (/** @type {string} */ path) => [[`server GET ${path}`], []];
    const { seen, connections, added } = JSON.parse(result.stdout);
    assert.equal(connections, 1);
    assert.equal(added, 0, 'a listener for each recording');
    assert.deepEqual(
      seen,
      ['/a', '/a', '/b', '/b', '/a', '/again', '/left'].flatMap(under),
      result.describe('not what was under way'),
    );
  });
});
