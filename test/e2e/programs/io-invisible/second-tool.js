'use strict';

// A preload that does what tracers do: it wraps functions of Node and notes who calls them.

const fs = require('node:fs');
const Module = require('node:module');
const net = require('node:net');

const calls = [];
globalThis.toolCalls = calls;

function wrap(object, name, note) {
  const original = object[name];
  object[name] = function wrapped(...given) {
    calls.push(`${name} ${note(...given)}`);
    return Reflect.apply(original, this, given);
  };
}

wrap(fs, 'readFile', (file) => String(file).split('/').at(-1));
wrap(fs, 'readFileSync', (file) => String(file).split('/').at(-1));
wrap(fs.promises, 'readFile', (file) => String(file).split('/').at(-1));
wrap(Module, '_load', (request, parent) => `${request} from ${parent?.id}`);
wrap(net.Socket.prototype, 'connect', (given) => typeof given);
