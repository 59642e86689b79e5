'use strict';

// everything.js throw | reject: replaces what every program stands on by functions that say who was called, and throw.

const fs = require('node:fs');
const { EventEmitter } = require('node:events');
const { writeSync } = fs;
const { bind, call } = Function.prototype;
const uncurry = bind.bind(call);
const add = uncurry(Set.prototype.add);
const forEach = uncurry(Set.prototype.forEach);
const on = uncurry(EventEmitter.prototype.on);
const { ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;

const called = new Set();

/** @param {string} owner @param {object} object @param {string[]} [but] */
function replaceAll(owner, object, but = []) {
  const keys = ownKeys(object);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const property = getOwnPropertyDescriptor(object, key);
    let spared = key === 'constructor' || !property.configurable;
    for (let k = 0; k < but.length; k++) spared ||= but[k] === key;
    if (spared || typeof property.value !== 'function') continue;
    const name = `${owner}.${typeof key === 'symbol' ? 'symbol' : key}`;
    const value = () => {
      add(called, name);
      throw new Error(`${name} is not what it was`);
    };
    defineProperty(object, key, { ...property, value });
  }
}

function replaceEverything() {
  Object.prototype.toJSON = () => add(called, 'toJSON');
  Object.prototype.mode = 0o777;
  defineProperty(Object.prototype, 'capture', {
    get: () => add(called, 'Object.prototype.capture'),
    configurable: true,
  });
  Array.prototype.surprise = 'polluted';
  replaceAll('Buffer.prototype', Buffer.prototype);
  replaceAll('fs', fs);
  // Node asks these itself.
  replaceAll('process', process, ['_fatalException', 'emit', 'reallyExit', '_exiting', 'exit']);
  replaceAll('Error', Error);
  replaceAll('Set.prototype', Set.prototype);
  replaceAll('Map.prototype', Map.prototype);
  replaceAll('WeakMap.prototype', WeakMap.prototype);
  replaceAll('Promise', Promise);
  replaceAll('Promise.prototype', Promise.prototype);
  replaceAll('Date', Date);
  replaceAll('Date.prototype', Date.prototype);
  replaceAll('RegExp.prototype', RegExp.prototype);
  replaceAll('Number.prototype', Number.prototype);
  replaceAll('Math', Math);
  replaceAll('JSON', JSON);
  replaceAll('String.prototype', String.prototype);
  replaceAll('Object.prototype', Object.prototype, ['toJSON']);
  replaceAll('Object', Object);
  replaceAll('Array', Array);
  replaceAll('Array.prototype', Array.prototype);
  replaceAll('Function.prototype', Function.prototype);
  replaceAll('EventEmitter.prototype', EventEmitter.prototype, ['emit']);
}

function tell() {
  let names = 'called:';
  forEach(called, (name) => {
    names += ` ${name}`;
  });
  writeSync(1, `${names}\n`);
}
// Node 20 calls a listener by this.
defineProperty(tell, 'apply', { value: Function.prototype.apply });
on(process, 'exit', tell);

setTimeout(() => {
  const local = { list: [1, { deep: 'kept' }], map: new Map([['key', 'value']]) };
  const error = new Error('all is lost');
  error.cause = new TypeError('the cause');
  replaceEverything();
  if (process.argv[2] === 'reject') new Promise((_, reject) => reject(error, local));
  else throw error;
}, 10);
