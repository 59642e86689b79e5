'use strict';

// A Fastify service whose log tells why it was slow, beside its own lines. From the repository root (Fastify is among its
// development packages):
//
//   node --require loopdet-addon examples/fastify/server.js
//   curl localhost:3000/login             a password hash that blocks the loop
//   curl localhost:3000/weather           waits for a slow service
//   curl localhost:3000/forget            a promise that nobody awaits: it ends the process
//
// Then: node js/cli/main.js ls

const crypto = require('node:crypto');
const http = require('node:http');
const Fastify = require('fastify');
const { on } = require('loopdet-addon/api');

const app = Fastify({ logger: { level: 'warn' } });
on('lag', (event) => app.log.warn(event, 'the event loop was blocked'));
on('slow-io', (event) => app.log.warn(event, 'slow I/O'));

app.get('/login', async () => {
  const key = crypto.pbkdf2Sync('password', 'salt', 600_000, 64, 'sha512');
  return { session: key.toString('hex').slice(0, 8) };
});

app.get('/weather', async () => {
  const { port } = slowService.address();
  const response = await fetch(`http://127.0.0.1:${port}/today?key=secret`);
  return response.json();
});

app.get('/forget', async () => {
  const visitor = { name: 'Ada', visits: [] };
  // The handler has answered when this fails.
  welcome(visitor);
  return { hello: visitor.name };
});

async function welcome(visitor) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  const last = visitor.visits.at(-1);
  return `Welcome back since ${last.date}`;
}

const slowService = http.createServer((_request, response) => {
  setTimeout(() => response.end('{"sun": true}'), 700);
});

slowService.listen(0, '127.0.0.1', async () => {
  const address = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
  console.log(address);
});
