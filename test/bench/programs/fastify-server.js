'use strict';

// @ts-ignore: in this folder's own node_modules, installed by the runner
const fastify = require('fastify');

const app = fastify();
app.get('/', {
  schema: { response: { 200: { type: 'object', properties: { hello: { type: 'string' } } } } },
  handler: async () => ({ hello: 'world' }),
});
app.listen({ port: 0, host: '127.0.0.1' }, (/** @type {Error | null} */ error) => {
  if (error) throw error;
  // With a message channel it serves the throughput workload, without one the start-up workload.
  const { port } = /** @type {import('node:net').AddressInfo} */ (app.server.address());
  if (process.send) process.send({ port });
  else process.stdout.write('listening\n');
});
process.on('disconnect', () => process.exit());
