'use strict';

// A server whose routes block the event loop, each for another reason. From the repository root:
//
//   LOOPDET_LOG=text node --require loopdet-addon examples/blocked-server/server.js
//   curl localhost:3000/login     pbkdf2Sync: one native call
//   curl localhost:3000/report    a large copy through JSON
//   curl localhost:3000/check     a regular expression that backtracks
//   curl localhost:3000/backup    execSync: waits for another program
// Watch the server's terminal: a line while the block lasts, one when it is over, with the function
// to blame. Blocks over a second leave a stall file: node js/cli/main.js ls, then show FILE.

const http = require('node:http');
const { routes } = require('./routes.js');

const server = http.createServer((request, response) => {
  const route = routes[request.url];
  response.statusCode = route ? 200 : 404;
  const started = performance.now();
  const answer = route ? route() : `try one of ${Object.keys(routes).join(' ')}`;
  response.end(`${answer} (${Math.round(performance.now() - started)} ms)\n`);
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`blocked server listens on http://127.0.0.1:${server.address().port}`);
});
