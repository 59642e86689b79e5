'use strict';

// Says what every function that may be wrapped looks like, as one JSON object: path to shape.

const childProcess = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const Module = require('node:module');
const net = require('node:net');
const tls = require('node:tls');
const { isAsyncFunction } = require('node:util').types;

/** Whether `new` may be used; nothing is called. */
function isConstructor(value) {
  try {
    Reflect.construct(Object, [], value);
    return true;
  } catch {
    return false;
  }
}

/** Which of a property's attributes are on, and what it holds. */
function describeProperty(object, key, seen) {
  const { writable, enumerable, configurable, get, set, value } = Object.getOwnPropertyDescriptor(
    object,
    key,
  );
  const flags = [writable && 'w', enumerable && 'e', configurable && 'c'];
  const described = { key: String(key), flags: flags.filter(Boolean).join('') };
  if (get || set) {
    const accessors = [get, set].filter(Boolean).map((one) => describeFunction(one, seen));
    return { ...described, accessors };
  }
  if (typeof value === 'function') return { ...described, is: describeFunction(value, seen) };
  if (typeof value !== 'object' || value === null) return { ...described, is: String(value) };
  return { ...described, is: `object with ${Reflect.ownKeys(value).map(String)}` };
}

function describeFunction(value, seen = new Set()) {
  if (seen.has(value)) return 'seen';
  seen.add(value);
  const kind = [
    Object.prototype.toString.call(value),
    Object.getPrototypeOf(value) === Function.prototype && 'function',
    isAsyncFunction(value) && 'async',
    isConstructor(value) && 'constructor',
  ];
  return {
    name: value.name,
    length: value.length,
    keys: Reflect.ownKeys(value).map((key) => describeProperty(value, key, seen)),
    kind: kind.filter(Boolean).join(' '),
  };
}

async function main() {
  const shapes = {};
  const add = (path, object, onlyKey) => {
    if (!onlyKey) shapes[`${path} (order of keys)`] = Reflect.ownKeys(object).map(String);
    for (const key of onlyKey ? [onlyKey] : Reflect.ownKeys(object)) {
      shapes[`${path}.${String(key)}`] = describeProperty(object, key);
    }
  };
  const handle = await fs.promises.open(__filename);
  await handle.close();

  add('fs', fs);
  add('fs.promises', fs.promises);
  add('FileHandle.prototype', Object.getPrototypeOf(handle));
  add('dns', dns);
  add('dns.Resolver.prototype', dns.Resolver.prototype);
  add('dns.promises', dns.promises);
  add('dns.promises.Resolver.prototype', dns.promises.Resolver.prototype);
  add('net', net);
  add('net.Socket.prototype', net.Socket.prototype);
  add('tls', tls);
  add('tls.TLSSocket.prototype', tls.TLSSocket.prototype);
  add('http.Agent.prototype', http.Agent.prototype);
  add('child_process', childProcess);
  add('ChildProcess.prototype', childProcess.ChildProcess.prototype);
  add('globalThis', globalThis, 'fetch');
  add('Module', Module, '_load');
  console.log(JSON.stringify(shapes));
}

main();
