'use strict';

// What functions that return promises return, and the errors they are rejected with.

const dns = require('node:dns');
const fs = require('node:fs');
const { isPromise } = require('node:util').types;

const MISSING = '/nowhere/at/all';

async function rejected(label, promise) {
  try {
    await promise;
    console.log(label, 'resolved');
  } catch (error) {
    const own = Object.getOwnPropertyNames(error).filter((name) => name !== 'stack');
    console.log(label, error.constructor.name, own, { ...error }, error.message);
    console.log(error.stack.split('\n').filter((line) => line.includes(__filename)).length);
  }
}

async function main() {
  const calls = {
    readFile: () => fs.promises.readFile(__filename),
    stat: () => fs.promises.stat(__filename),
    access: () => fs.promises.access(__filename),
    readdir: () => fs.promises.readdir(__dirname),
    realpath: () => fs.promises.realpath(__filename),
    lookup: () => dns.promises.lookup('127.0.0.1'),
    'lookup of a name': () => dns.promises.lookup('localhost'),
    lookupService: () => dns.promises.lookupService('127.0.0.1', 22),
    fetch: () => fetch('data:text/plain,text'),
    // The argument is wrong, and the promise says so: nothing is thrown.
    'readFile, wrong': () => fs.promises.readFile({}),
  };
  for (const [label, call] of Object.entries(calls)) {
    const promise = call();
    console.log(
      label,
      isPromise(promise),
      promise instanceof Promise,
      promise.constructor === Promise,
      Object.getPrototypeOf(promise) === Promise.prototype,
      Reflect.ownKeys(promise).map(String),
    );
    await promise.catch((error) => console.log(error.code));
  }

  await rejected('readFile', fs.promises.readFile(MISSING));
  await rejected('stat', fs.promises.stat(MISSING));
  await rejected('rename', fs.promises.rename(MISSING, '/nowhere/else'));
  await rejected('open', fs.promises.open(MISSING));
  await rejected('argument', fs.promises.stat(5n));
  await rejected('aborted', fs.promises.readFile(__filename, { signal: AbortSignal.abort() }));
  await rejected(
    'aborted for a reason',
    fs.promises.readFile(__filename, { signal: AbortSignal.abort(new Error('why')) }),
  );
  await rejected('lookup', dns.promises.lookup('name.invalid', { family: 4 }));
  await rejected('lookup argument', (async () => dns.promises.lookup('a', { family: 9 }))());
  const file = await fs.promises.open(__filename);
  await rejected('write', file.write('text'));
  await file.close();
  await rejected('read after close', file.read(Buffer.alloc(1)));

  // Sugar that other code builds on them.
  const results = await Promise.allSettled([
    fs.promises.readFile(MISSING),
    fs.promises.stat(__filename),
  ]);
  console.log(results.map(({ status }) => status));
  console.log(await Promise.race([fs.promises.stat(MISSING).catch((error) => error.code)]));
  console.log(
    await fs.promises
      .access(MISSING)
      .then(
        () => 'there',
        ({ code }) => code,
      )
      .finally(() => {}),
  );
  for await (const line of (await fs.promises.open(__filename)).readLines()) {
    console.log(line);
    break;
  }
  // Promise.prototype.then that the program replaces is called as often.
  const { then } = Promise.prototype;
  let calls_ = 0;
  // biome-ignore lint/suspicious/noThenProperty: tools do this
  Promise.prototype.then = function counted(...given) {
    calls_++;
    return Reflect.apply(then, this, given);
  };
  await fs.promises.readFile(__filename);
  await dns.promises.lookup('localhost');
  // biome-ignore lint/suspicious/noThenProperty: tools do this
  Promise.prototype.then = then;
  console.log('then', calls_);
}

main();
