'use strict';

// fetch.js PORT: the global fetch, slow in every way.

const { measure, report, warmUp } = require('./measure.js');

const host = `127.0.0.1:${process.argv[2]}`;
const wanted = (path, more = {}) => {
  const { method = 'GET', ...rest } = more;
  return { kind: 'fetch', target: `${method} ${host}${path}`, method, ...rest };
};

async function main() {
  const base = `http://${host}`;
  // Loads Node's copy of undici.
  await warmUp(async () => {
    await (await fetch(`${base}/answer`)).text();
  });

  const headers = wanted('/answer/250', { status: 200 });
  await measure(headers, async function slowFirstByte() {
    const start = performance.now();
    const response = await fetch(`${base}/answer/250?token=secret1#secret2`);
    headers.firstByteMs = performance.now() - start;
    await response.text();
  });
  await measure(wanted('/answer/0/250', { status: 200 }), async function slowBody() {
    await (await fetch(new URL(`${base}/answer/0/250`))).text();
  });
  await measure(wanted('/answer/251', { method: 'PUT', status: 200 }), async function put() {
    const request = new Request(`${base}/answer/251`, { method: 'PUT', body: 'some' });
    await (await fetch(request)).text();
  });
  await measure(wanted('/empty/252', { status: 204 }), async function noBody() {
    await fetch(`${base}/empty/252`);
  });
  await measure(wanted('/silent', { error: 'TimeoutError' }), async function timedOut() {
    await fetch(`${base}/silent`, { signal: AbortSignal.timeout(250) });
  });
  await measure(wanted('/silent/1', { error: 'AbortError' }), async function aborted() {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 250);
    await fetch(`${base}/silent/1`, { signal: controller.signal });
  });
  await measure(
    wanted('/endless/0', { status: 200, error: 'AbortError' }),
    async function abortedInBody() {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 250);
      await (await fetch(`${base}/endless/0`, { signal: controller.signal })).text();
    },
  );
  await measure(wanted('/reset/250', { error: 'UND_ERR_SOCKET' }), async function reset() {
    await fetch(`${base}/reset/250`);
  });
  await measure(
    wanted('/cut/120/130', { status: 200, error: 'UND_ERR_SOCKET' }),
    async function cut() {
      await (await fetch(`${base}/cut/120/130`)).text();
    },
  );
  await Promise.all([
    measure(wanted('/answer/150/1', { status: 200 }), async function first() {
      await (await fetch(`${base}/answer/150/1`)).text();
    }),
    measure(wanted('/answer/150/2', { status: 200 }), async function second() {
      await (await fetch(`${base}/answer/150/2`)).text();
    }),
  ]);
}

main().then(() => report());
