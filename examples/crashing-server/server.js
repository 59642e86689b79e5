'use strict';

// A signup server that dies of one unusual request. From the repository root:
//
//   node --require loopdet-addon examples/crashing-server/server.js
//   curl -d '{"email":"ada@example.com","password":"x","name":{"first":"Ada"}}' localhost:3000/signup
//   curl -d '{"email":"bob@example.com","password":"x"}' localhost:3000/signup
//
// The second request ends the server. Then look at what it left behind:
//   node js/cli/main.js ls
//   node js/cli/main.js show loopdet/crash.*.json
// See the line in signup.js, the user without a name, and who called whom, with their locals.

const http = require('node:http');
const { signup } = require('./signup.js');

const routes = {
  'POST /signup': signup,
  'GET /health': (_request, respond) => respond(200, { status: 'ok' }),
};

const server = http.createServer((request, response) => {
  const respond = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  };
  const handler = routes[`${request.method} ${request.url}`];
  if (!handler) return respond(404, { error: 'no such page' });
  handler(request, respond);
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`signup server listens on http://127.0.0.1:${server.address().port}`);
});
