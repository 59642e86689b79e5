'use strict';

// server.js [CERTIFICATE KEY]: a server that answers late; ends after a client has left before its answer.

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { measure, report } = require('./measure.js');

const wanted = (path, more) => ({ kind: 'server', target: `GET ${path}`, method: 'GET', ...more });
const noStack = true;

/** Resolves when the answer has been sent, or will never be. */
const closed = (response) => new Promise((resolve) => response.once('close', resolve));

const answer = async (request, response) => {
  if (request.url === '/left') {
    await measure(wanted('/left', { error: 'ECONNRESET', noStack }), () => closed(response));
    server.close();
    return report();
  }
  if (request.url === '/fast') return response.end('fast');
  const [path] = request.url.split('?');
  setTimeout(() => response.writeHead(201).end('slow'), 250);
  await measure(wanted(path, { status: 201, noStack }), () => closed(response));
};

const [cert, key] = process.argv.slice(2).map((file) => fs.readFileSync(file));
const server = key ? https.createServer({ cert, key }, answer) : http.createServer(answer);
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
