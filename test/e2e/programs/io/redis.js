'use strict';

// redis.js PORT: connects through ioredis to a server that does not accept yet; "connecting" is printed first.

const Redis = require('ioredis');
const { measure, report } = require('./measure.js');

const port = Number(process.argv[2]);

// ioredis connects when the caller has left the stack.
const wanted = { kind: 'tcp', target: `127.0.0.1:${port}`, method: 'connect', anyStack: true };

async function main() {
  let redis;
  await measure(wanted, function reach() {
    redis = new Redis({ port, host: '127.0.0.1', retryStrategy: null, family: 4 });
    redis.on('error', () => {});
    console.log('connecting');
    return new Promise((resolve) => redis.once('connect', resolve));
  });
  // Commands on a connection are none of the kinds.
  await redis.set('a', '1');
  await redis.quit();
}

main().then(() => report());
