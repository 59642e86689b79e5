'use strict';

// node-loop-detective's way of timing I/O, written for this benchmark: functions of http, https, dns, net and the
// global fetch are replaced, and each operation makes an Error for its caller's stack, slow or not.
const dns = require('node:dns');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');

const THRESHOLD_MS = process.env.BENCH_PROOF ? 0 : 500;
const FRAMES = 10;
const KEPT = 200;

/** @type {{kind: string, target: string, duration: number, stack: string[]}[]} */
const slow = [];

/** @returns {string[]} */
function callerStack() {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  return stack
    .split('\n')
    .slice(2, 6)
    .map((line) => line.trim());
}

/**
 * @param {string} kind
 * @param {string} target
 * @returns {() => void} to be called at its end
 */
function begin(kind, target) {
  const start = Date.now();
  const stack = callerStack();
  return () => {
    const duration = Date.now() - start;
    if (duration < THRESHOLD_MS) return;
    slow.push({ kind, target, duration, stack });
    if (slow.length > KEPT) slow.shift();
  };
}

/** @param {any} options */
const hostOf = (options) =>
  typeof options === 'string'
    ? options
    : (options?.href ?? options?.hostname ?? options?.host ?? 'unknown');

/**
 * @param {any} holder
 * @param {string} name
 * @param {(original: Function, self: any, values: any[]) => unknown} call
 */
function replace(holder, name, call) {
  const original = holder[name];
  holder[name] = function (/** @type {any[]} */ ...values) {
    return call(original, this, values);
  };
}

for (const library of [http, https]) {
  for (const name of ['request', 'get']) {
    replace(library, name, (original, self, values) => {
      const end = begin('http', hostOf(values[0]));
      return original.apply(self, values).on('response', end).on('error', end);
    });
  }
}

replace(dns, 'lookup', (original, self, values) => {
  const end = begin('dns', values[0]);
  const callback = values.pop();
  const ended = (/** @type {any[]} */ ...answer) => {
    end();
    callback(...answer);
  };
  return original.call(self, ...values, ended);
});

replace(dns.promises, 'lookup', (original, self, values) => {
  const end = begin('dns', values[0]);
  return original.apply(self, values).finally(end);
});

replace(net.Socket.prototype, 'connect', (original, self, values) => {
  const end = begin('tcp', hostOf(values[0]));
  self.once('connect', end).once('error', end);
  return original.apply(self, values);
});

replace(globalThis, 'fetch', (original, self, values) => {
  const end = begin('fetch', String(values[0]?.url ?? values[0]));
  return original.apply(self, values).finally(end);
});

if (process.env.BENCH_PROOF) {
  const { prove } = require('./prove');
  prove(() => {
    const kinds = new Set(slow.map(({ kind }) => kind));
    return ['http', 'dns', 'tcp'].every((kind) => kinds.has(kind)) && [...kinds].join(', ');
  });
}
