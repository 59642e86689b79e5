'use strict';

// undici.js PORT [CERTIFICATE [h2 | '' [stacks]]]: the npm package undici, over HTTP, HTTPS or HTTP/2.

const fs = require('node:fs');
const undici = require('undici');
const { measure, report, warmUp } = require('./measure.js');

const [port, certificate, protocol, stacks] = process.argv.slice(2);
// Whether the tests look at the stacks too: below the caller lie a dozen frames of undici's own.
const anyStack = stacks !== 'stacks';
const host = `127.0.0.1:${port}`;
const base = `${certificate ? 'https' : 'http'}://${host}`;
const dispatcher = new undici.Agent({
  allowH2: protocol === 'h2',
  ...(certificate ? { connect: { ca: fs.readFileSync(certificate) } } : {}),
});
const wanted = (path, more = {}) => {
  const { method = 'GET', ...rest } = more;
  return { kind: 'fetch', target: `${method} ${host}${path}`, method, ...rest, anyStack };
};
const request = (path, options) => undici.request(`${base}${path}`, { dispatcher, ...options });

async function main() {
  await warmUp(async () => {
    await (await request('/answer')).body.text();
  });
  await warmUp(async () => {
    await (await undici.fetch(`${base}/answer`, { dispatcher })).text();
  });

  const headers = wanted('/answer/250', { status: 200 });
  await measure(headers, async function slowFirstByte() {
    const start = performance.now();
    const { body } = await request('/answer/250?token=secret');
    headers.firstByteMs = performance.now() - start;
    await body.text();
  });
  await measure(wanted('/answer/0/250', { status: 200 }), async function slowBody() {
    await (await request('/answer/0/250')).body.text();
  });
  await measure(wanted('/answer/251', { method: 'POST', status: 200 }), async function posted() {
    await (await request('/answer/251', { method: 'POST', body: 'some' })).body.text();
  });
  await measure(wanted('/answer/252', { status: 200 }), async function fetched() {
    await (await undici.fetch(`${base}/answer/252`, { dispatcher })).text();
  });
  await measure(wanted('/silent', { error: 'TimeoutError' }), async function timedOut() {
    await request('/silent', { signal: AbortSignal.timeout(250) });
  });
  await Promise.all([
    measure(wanted('/answer/150/1', { status: 200 }), async function first() {
      await (await request('/answer/150/1')).body.text();
    }),
    measure(wanted('/answer/150/2', { status: 200 }), async function second() {
      await (await request('/answer/150/2')).body.text();
    }),
  ]);
  await dispatcher.destroy();
}

main().then(() => report());
