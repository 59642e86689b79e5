'use strict';

// Starts and stops the addon in several ways, and prints what is not as it was before.
const { hasSubscribers } = require('node:diagnostics_channel');
const dns = require('node:dns');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const { once } = require('node:events');
const { isMainThread, Worker } = require('node:worker_threads');
const api = require('../../../../js/api.js');

const MODULES = ['child_process', 'dns', 'fs', 'http', 'https', 'module', 'net', 'tls', 'events'];
const CHANNELS = [
  'undici:request:create',
  'http.client.request.created',
  'http.client.response.finish',
  'http.server.request.start',
];
const MOST_DEEP = 4;

/** Every object that can be reached, with its properties. */
function everything() {
  /** @type {Map<object, {name: string, properties: any}>} */
  const seen = new Map();
  const visit = (/** @type {any} */ value, /** @type {string} */ name, depth = 0) => {
    if (value === null || !['object', 'function'].includes(typeof value)) return;
    if (seen.has(value) || depth > MOST_DEEP) return;
    const properties = Object.getOwnPropertyDescriptors(value);
    seen.set(value, { name, properties });
    for (const key of Reflect.ownKeys(properties)) {
      visit(properties[key].value, `${name}.${String(key)}`, depth + 1);
    }
  };
  for (const name of MODULES) visit(require(`node:${name}`), name);
  visit(fs.promises, 'fs.promises');
  visit(process, 'process');
  visit(globalThis, 'globalThis');
  return seen;
}

/** @param {ReturnType<typeof everything>} before */
function changes(before) {
  const found = [];
  for (const [object, { name, properties }] of before) {
    const now = Object.getOwnPropertyDescriptors(object);
    for (const key of new Set([...Reflect.ownKeys(properties), ...Reflect.ownKeys(now)])) {
      const at = `${name}.${String(key)}`;
      // Node's own: modules that have been loaded since, and what fetch makes when it is first looked at.
      if (/moduleLoadList|undici/.test(at)) continue;
      const [old, own] = [properties[key], /** @type {any} */ (now)[key]];
      for (const part of ['value', 'get', 'set', 'writable', 'enumerable', 'configurable']) {
        const isCode = ['function', 'object'].includes(typeof (old?.[part] ?? own?.[part]));
        if ((isCode || part !== 'value') && old?.[part] !== own?.[part])
          found.push(`${at} ${part}`);
      }
    }
  }
  return found;
}

/** What the process has of the system. */
function resources() {
  const read = (/** @type {string} */ file) => fs.readFileSync(file, 'utf8');
  return {
    handledSignals: read('/proc/self/status').match(/^SigCgt:.*$/m)?.[0],
    threads: fs.readdirSync('/proc/self/task').length,
    descriptors: fs.readdirSync('/proc/self/fd').length,
    boxes: read('/proc/self/maps').match(/\.ring/g)?.length ?? 0,
    listeners: process.eventNames().map(String).sort(),
    channels: CHANNELS.filter((name) => hasSubscribers(name)),
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

/** TABLE of what is done between start and stop. @type {Record<string, () => unknown>} */
const USES = {
  nothing: () => {},
  async operations() {
    await fs.promises.readFile(__filename);
    await new Promise((resolve) => fs.stat(__filename, resolve));
    const server = http.createServer((_, response) => response.end('x')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const [response] = await once(http.get({ host: '127.0.0.1', port, agent: false }), 'response');
    // The server's end of the connection may be closed a little before this one.
    const closed = once(response.socket, 'close');
    response.resume();
    await once(response, 'end');
    server.close();
    await Promise.all([once(server, 'close'), closed]);
  },
  async 'an exception'() {
    setImmediate(() => {
      const secret = 5;
      throw new Error(String(secret));
    });
    await once(process, 'uncaughtException');
  },
  async 'a rejection'() {
    const promise = Promise.reject(new Error('late'));
    await once(process, 'unhandledRejection');
    promise.catch(() => {});
  },
  async 'a native block'() {
    // Long enough for its native functions to be looked at.
    crypto.pbkdf2Sync('password', 'salt', 500_000, 64, 'sha512');
    await turn();
  },
  async 'a stall'() {
    const end = Date.now() + 150;
    while (Date.now() < end);
    await turn();
  },
};

async function main() {
  // What only the first use of it makes.
  await new Promise((resolve) => dns.lookup('localhost', resolve));
  await fs.promises.readFile(__filename);
  process.once('uncaughtException', () => {}).removeAllListeners('uncaughtException');
  if (isMainThread) {
    const worker = new Worker('', { eval: true });
    await once(worker, 'exit');
  }
  await USES.operations();
  await turn();
  const before = everything();
  const had = resources();
  /** @type {Record<string, unknown>} */
  const results = {};
  for (const [name, use] of Object.entries(USES)) {
    const started = api.start();
    await use();
    const held = fs.readFileSync;
    const stopped = api.stop();
    const isText = held(__filename, 'utf8').startsWith("'use strict'");
    await turn();
    results[name] = {
      calls: [started, stopped, api.stop(), api.active(), isText],
      changes: changes(before),
      resources: Object.entries(resources())
        .filter(
          ([key, value]) => JSON.stringify(value) !== JSON.stringify(/** @type {any} */ (had)[key]),
        )
        .map(([key, value]) => `${key}: ${/** @type {any} */ (had)[key]} -> ${value}`),
    };
  }

  console.log(JSON.stringify(results));
}

if (process.argv[2] === 'worker' && isMainThread) new Worker(__filename);
else main();
