'use strict';

// redis.js PORT: connects through ioredis to a server that does not accept yet; "connecting" is printed first.

const Redis = require('ioredis');
const { measure, report } = require('./measure.js');

const port = Number(process.argv[2]);

// ioredis connects when the caller has left the stack.
const wanted = { kind: 'tcp', target: `127.0.0.1:${port}`, method: 'connect', anyStack: true };

async function main() {
  const settings = { port, host: '127.0.0.1', family: 4, retryStrategy: null, lazyConnect: true };
  const redis = new Redis(settings).on('error', () => {});
  await measure(wanted, function reach() {
    console.log('connecting');
    redis.connect().catch(() => {});
    return new Promise((resolve) => {
      setImmediate(function watch() {
        const { stream } = redis.connector;
        if (!stream) return setImmediate(watch);
        stream.once('connect', () => resolve());
      });
    });
  });
  // Commands on a connection are none of the kinds.
  if (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve));
  await redis.set('a', '1');
  await redis.quit();
}

main().then(() => report());
