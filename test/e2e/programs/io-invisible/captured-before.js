'use strict';

// A preload: keeps every function that the addon may replace, before the addon is loaded.

const childProcess = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const Module = require('node:module');
const net = require('node:net');
const tls = require('node:tls');
const { inspect } = require('node:util');

const objects = {
  fs,
  'fs.realpath': fs.realpath,
  'fs.realpathSync': fs.realpathSync,
  dns,
  'dns.Resolver.prototype': dns.Resolver.prototype,
  'dns.promises': dns.promises,
  'dns.promises.Resolver.prototype': dns.promises.Resolver.prototype,
  net,
  'net.Socket.prototype': net.Socket.prototype,
  tls,
  'http.Agent.prototype': http.Agent.prototype,
  child_process: childProcess,
  'ChildProcess.prototype': childProcess.ChildProcess.prototype,
  Module,
};

function read() {
  const functions = new Map();
  const texts = new Map();
  const keep = (path, value) => {
    functions.set(path, value);
    texts.set(path, `${inspect(value, { depth: 0 })} ${Function.prototype.toString.call(value)}`);
  };
  for (const [path, object] of Object.entries(objects)) {
    for (const key of Reflect.ownKeys(object)) {
      const { value } = Object.getOwnPropertyDescriptor(object, key);
      if (typeof value === 'function') keep(`${path}.${String(key)}`, value);
    }
  }
  // A getter that may be replaced as well.
  for (const [name, value] of Object.entries(fs.promises)) {
    if (typeof value === 'function') keep(`fs.promises.${name}`, value);
  }
  const { get } = Object.getOwnPropertyDescriptor(fs, 'promises');
  keep('fs.get promises', get);
  keep('globalThis.fetch', globalThis.fetch);
  return { functions, texts };
}

globalThis.capturedBefore = { ...read(), read };
