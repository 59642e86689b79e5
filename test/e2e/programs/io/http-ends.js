'use strict';

// Requests that end in every way there is, one after the other: says of which one is still in flight a moment later.

const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { report } = require('../../../../js/api.js');

const PATIENCE_MS = 3000;

const server = http.createServer((request, response) => {
  const answers = {
    '/hang': () => {},
    '/half': () => response.writeHead(200, { 'content-length': 100 }).write('abc'),
    '/cut': () => {
      response.writeHead(200, { 'content-length': 100 }).write('abc');
      setTimeout(() => response.destroy(), 20);
    },
    '/empty': () => response.writeHead(204).end(),
    '/hints': () => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('x');
    },
    '/reset': () => request.socket.destroy(),
    '/garbage': () => request.socket.end('garbage\r\n\r\n'),
  };
  (answers[request.url] ?? (() => response.end('ok')))();
});
server.on('upgrade', (_request, socket) =>
  socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: t\r\nConnection: Upgrade\r\n\r\n'),
);
server.on('connect', (_request, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));

/** Begins a request whose failure is expected. */
function ask(options) {
  const request = http.request({ port: server.address().port, host: '127.0.0.1', ...options });
  return request.on('error', () => {});
}
const send = (options) => {
  const request = ask(options);
  request.end();
  return request;
};
const read = (request) => request.on('response', (response) => response.resume());
const soon = (body) => setTimeout(body, 20);
const UPGRADE = { connection: 'upgrade', upgrade: 't' };
const LIST = ['Host', 'a', 'Connection', 'Upgrade', 'Upgrade', 't'];
const leave = (request, event) => request.on(event, (_response, socket) => socket.destroy());
const whenAnswered = (request, body) =>
  request.on('response', (response) => {
    response.on('error', () => {});
    soon(() => body(response));
  });

const ends = {
  'is answered': () => read(send({ path: '/' })),
  'is answered without a body': () => read(send({ path: '/empty' })),
  'is of HEAD': () => read(send({ path: '/', method: 'HEAD' })),
  'is answered after hints': () => read(send({ path: '/hints' })),
  'has nobody for its answer': () => send({ path: '/' }),
  'is destroyed at once': () => send({ path: '/hang' }).destroy(),
  'is destroyed later': () => {
    const request = send({ path: '/hang' });
    soon(() => request.destroy());
  },
  'is aborted': () => {
    const request = send({ path: '/hang' });
    soon(() => request.abort());
  },
  'is aborted by a signal': () => {
    const controller = new AbortController();
    send({ path: '/hang', signal: controller.signal });
    soon(() => controller.abort());
  },
  'is never ended': () => {
    const request = ask({ path: '/hang', method: 'POST' });
    soon(() => request.destroy());
  },
  'is destroyed in the middle of its answer': () => {
    const request = send({ path: '/half' });
    whenAnswered(request, () => request.destroy()).on('response', (response) => response.resume());
  },
  'has its answer destroyed': () =>
    whenAnswered(send({ path: '/half' }), (response) => response.destroy()),
  'has its answer never read': () =>
    whenAnswered(send({ path: '/' }), (response) => response.destroy()),
  'has its answer cut': () =>
    whenAnswered(send({ path: '/cut' }), () => {}).on('response', (response) => response.resume()),
  'is reset': () => send({ path: '/reset' }),
  'is answered with garbage': () => send({ path: '/garbage' }),
  'is refused': () => http.get({ port: 1, host: '127.0.0.1' }).on('error', () => {}),
  'takes too long': () => {
    const request = send({ path: '/hang', timeout: 20 });
    request.on('timeout', () => request.destroy());
  },
  'is upgraded': () => leave(send({ path: '/u', headers: UPGRADE }), 'upgrade'),
  'is upgraded, of a list of headers': () => leave(send({ path: '/u', headers: LIST }), 'upgrade'),
  'is upgraded, of headers set later': () => {
    const request = leave(ask({ path: '/u' }), 'upgrade');
    for (const [name, value] of Object.entries(UPGRADE)) request.setHeader(name, value);
    request.end();
  },
  'is upgraded, and nobody listens': () => send({ path: '/u', headers: UPGRADE }),
  'is of CONNECT': () => leave(send({ path: 'a:1', method: 'CONNECT' }), 'connect'),
  'is of CONNECT, and nobody listens': () => send({ path: 'a:1', method: 'CONNECT' }),
  'waits for a socket': () => {
    const agent = new http.Agent({ maxSockets: 1 });
    send({ path: '/hang', agent });
    const waiting = send({ path: '/', agent });
    soon(() => {
      waiting.destroy();
      agent.destroy();
    });
  },
  'has no agent': () => read(send({ path: '/', agent: false })),
  'has a connection of its own': () => {
    const createConnection = () => net.connect(server.address().port, '127.0.0.1');
    read(send({ path: '/', createConnection }));
  },
  'is the second on its connection': () => {
    const agent = new http.Agent({ keepAlive: true });
    read(send({ path: '/', agent })).on('response', (response) =>
      response.on('end', () => read(send({ path: '/', agent }))),
    );
  },
};

function inFlight() {
  const file = report();
  const { io } = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.unlinkSync(file);
  return io.inFlight.filter(({ kind }) => kind === 'http').length;
}

server.listen(0, '127.0.0.1', async () => {
  let left = 0;
  for (const [name, begin] of Object.entries(ends)) {
    begin();
    const until = Date.now() + PATIENCE_MS;
    do {
      await sleep(60);
      server.closeIdleConnections();
    } while (inFlight() > left && Date.now() < until);
    if (inFlight() > left) console.log(`one that ${name}`);
    left = inFlight();
  }
  console.log(`${Object.keys(ends).length} ways`);
  process.exit();
});
