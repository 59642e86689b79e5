'use strict';

// An Express shop with a route that throws: Express answers 500 and goes on, and nobody learns why. From the repository root
// (Express and prom-client are among its development packages):
//
//   node --require loopdet-addon examples/express/server.js
//   curl localhost:3000/orders/17
//   curl localhost:3000/orders/18         an error that is caught: its report is written by hand
//   curl localhost:3000/export            blocks everybody else
//   curl localhost:3000/metrics           for Prometheus: turns of the loop, lags by cause, slow I/O
//
// Then: node js/cli/main.js ls

const express = require('express');
const client = require('prom-client');
const { note, on, report } = require('loopdet-addon/api');
const { prometheus } = require('loopdet-addon/metrics');

client.collectDefaultMetrics();
prometheus();
on('lag', ({ durationMs, cause, stack }) => {
  console.log(`blocked for ${Math.round(durationMs)} ms (${cause}) in ${stack[0]?.functionName}`);
});

const orders = new Map([
  ['17', { id: '17', items: [{ name: 'lamp', price: 30 }] }],
  ['18', { id: '18' }],
]);

const app = express();

// What a dead process was doing last is in its black box.
app.use((request, _response, next) => {
  note('request', `${request.method} ${request.path}`);
  next();
});

app.get('/orders/:id', (request, response) => {
  const order = orders.get(request.params.id);
  const sum = order.items.reduce((total, { price }) => total + price, 0);
  response.json({ ...order, sum });
});

app.get('/export', (_request, response) => {
  const rows = [];
  const end = Date.now() + 300;
  while (Date.now() < end) rows.push(JSON.stringify([...orders]));
  response.json({ rows: rows.length });
});

app.get('/metrics', async (_request, response) => {
  response.type(client.register.contentType).send(await client.register.metrics());
});

// Express's own would hide it.
app.use((error, request, response, _next) => {
  const file = report(`${request.method} ${request.path}: ${error.message}`);
  response.status(500).json({ error: 'that did not work', report: file });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
