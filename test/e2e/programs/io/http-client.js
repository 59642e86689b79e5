'use strict';

// http-client.js PORT [CERTIFICATE]: requests of node:http, or node:https, that are slow in every way.

const fs = require('node:fs');
const { measure, report, warmUp } = require('./measure.js');

const [port, certificate] = process.argv.slice(2);
const scheme = certificate ? 'https' : 'http';
const client = require(`node:${scheme}`);
const options = certificate ? { ca: fs.readFileSync(certificate) } : {};
const host = `127.0.0.1:${port}`;
const agent = new client.Agent({ keepAlive: true, maxSockets: 1 });

const wanted = (path, more = {}) => {
  const { method = 'GET', ...rest } = more;
  return { kind: 'http', target: `${method} ${host}${path}`, method, ...rest };
};

/** Resolves when the whole body has been read; notes when the headers came. */
function bodyOf(request, notes = {}) {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    request.on('error', reject).on('response', (response) => {
      notes.firstByteMs = performance.now() - start;
      response.on('error', reject).on('end', resolve).resume();
    });
  });
}

/** Measures a request, with the time to its headers. */
async function measureWithHeaders(expected, operation) {
  const noted = { ...expected };
  const named = { [operation.name]: () => operation(noted) }[operation.name];
  // measure() reads what it is given when the operation has ended.
  await measure(noted, named);
}

async function main() {
  const url = (path) => `${scheme}://${host}${path}`;
  // The first request of a process spends milliseconds in Node before there is one.
  await warmUp(() => bodyOf(client.get(url('/answer/0'), options)));

  await measureWithHeaders(wanted('/answer/250', { status: 200 }), function slowFirstByte(notes) {
    return bodyOf(client.get(url('/answer/250'), options), notes);
  });
  await measureWithHeaders(wanted('/answer/0/250', { status: 200 }), function slowBody(notes) {
    return bodyOf(client.get(url('/answer/0/250'), options), notes);
  });
  await measureWithHeaders(wanted('/answer/150/150', { status: 200 }), function slowBoth(notes) {
    return bodyOf(client.get(url('/answer/150/150'), options), notes);
  });
  await measure(wanted('/answer/251', { method: 'POST', status: 200 }), function posted() {
    const request = client.request(url('/answer/251'), { ...options, method: 'POST' });
    request.write('some');
    request.end('more');
    return bodyOf(request);
  });
  await measure(wanted('/answer/252', { method: 'HEAD', status: 200 }), function onlyHeaders() {
    return bodyOf(client.request(url('/answer/252'), { ...options, method: 'HEAD' }).end());
  });
  await measure(wanted('/empty/253', { status: 204 }), function noBody() {
    return bodyOf(client.get(url('/empty/253'), options));
  });
  await measure(wanted('/answer/254', { status: 200 }), function withSecrets() {
    const path = '/answer/254?token=secret1#secret2';
    return bodyOf(client.get(`${scheme}://user:secret3@${host}${path}`, options));
  });
  await measure(wanted('/answer/255', { status: 200 }), function namedByHost() {
    return bodyOf(client.get({ ...options, port, host: '127.0.0.1', path: '/answer/255?secret4' }));
  });
  await measure(wanted('/answer/256', { status: 200 }), function read() {
    return new Promise((resolve, reject) => {
      // A program that reads the body as an async iterator.
      const request = client.get(url('/answer/256'), options).on('error', reject);
      request.on('response', async (response) => {
        for await (const chunk of response) void chunk;
        resolve(undefined);
      });
    });
  });

  // What fails.
  await measure(wanted('/silent', { error: 'ABORT_ERR' }), function aborted() {
    const signal = AbortSignal.timeout(250);
    return bodyOf(client.get(url('/silent'), { ...options, signal }));
  });
  await measure(wanted('/silent/1', { error: 'ECONNRESET' }), function destroyed() {
    const request = client.get(url('/silent/1'), options);
    setTimeout(() => request.destroy(), 250);
    return bodyOf(request);
  });
  await measure(wanted('/silent/2', { error: 'ETIMEDOUT' }), function timedOut() {
    const request = client.get(url('/silent/2'), { ...options, timeout: 250 });
    const late = Object.assign(new Error('too late'), { code: 'ETIMEDOUT' });
    request.on('timeout', () => request.destroy(late));
    return bodyOf(request);
  });
  await measure(wanted('/reset/250', { error: 'ECONNRESET' }), function reset() {
    return bodyOf(client.get(url('/reset/250'), options));
  });
  await measureWithHeaders(
    wanted('/cut/120/130', { status: 200, error: 'ECONNRESET' }),
    function cut(notes) {
      return bodyOf(client.get(url('/cut/120/130'), options), notes);
    },
  );
  await measure(wanted('/endless/0', { status: 200, error: 'ECONNRESET' }), function given() {
    const request = client.get(url('/endless/0'), options);
    setTimeout(() => request.destroy(), 250);
    return bodyOf(request);
  });

  // Two for one socket: the second waits for it, which is a part of what its caller waits for.
  await Promise.all([
    measure(wanted('/answer/130/1', { status: 200 }), function first() {
      return bodyOf(client.get(url('/answer/130/1'), { ...options, agent }));
    }),
    measure(wanted('/answer/130/2', { status: 200 }), function second() {
      return bodyOf(client.get(url('/answer/130/2'), { ...options, agent }));
    }),
  ]);
  agent.destroy();
}

main().then(() => report());
