'use strict';

// A tracer built on async_hooks, as those of before AsyncLocalStorage: it follows every resource, then the program
// crashes, and says how many resources of each kind there were.

const { AsyncLocalStorage, createHook } = require('node:async_hooks');
const fs = require('node:fs');
const http = require('node:http');

const parents = new Map();
const counts = new Map();
let depth = 0;
createHook({
  init(id, type, trigger) {
    parents.set(id, trigger);
    counts.set(type, (counts.get(type) ?? 0) + 1);
  },
  before() {
    depth += 1;
  },
  after() {
    depth -= 1;
  },
  destroy(id) {
    parents.delete(id);
  },
  promiseResolve() {},
}).enable();

process.on('exit', () => {
  for (const [type, count] of [...counts].sort()) fs.writeSync(1, `${type} ${count}\n`);
  fs.writeSync(1, `depth ${depth}\n`);
});

const storage = new AsyncLocalStorage();

async function work(name) {
  await fs.promises.readFile(__filename);
  await new Promise((resolve) => setImmediate(resolve));
  return `${name} ${storage.getStore()}`;
}

const server = http.createServer((_request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', async () => {
  console.log(await storage.run('one', () => work('first')));
  const { port } = server.address();
  http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
    response.resume().on('end', () => {
      server.close();
      storage.run('two', () => {
        setTimeout(() => {
          throw new Error(`lost in ${storage.getStore()}`);
        }, 20);
      });
    });
  });
});
