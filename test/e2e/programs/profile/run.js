'use strict';

// run.js PATTERN: one function keeps the program busy for a quarter of a second, by when V8's profile has begun, and
// for a second; then it crashes.

const crypto = require('node:crypto');
const fs = require('node:fs');
const zlib = require('node:zlib');

const document = { list: Array.from({ length: 5_000 }, (_, id) => ({ id, name: `name ${id}` })) };

/** Work of each kind, a few milliseconds a piece. */
const work = {
  'cpu-hog': function grindNumbers() {
    let sum = 0;
    for (let index = 1; index < 3_000_000; index++) sum += Math.sqrt(index) % 7;
    return sum;
  },
  'json-heavy': function copyDocument() {
    return JSON.parse(JSON.stringify(document));
  },
  'regex-heavy': function matchNames() {
    return /^([a-z]+\s?)+$/.test(`${'a'.repeat(19)}!`);
  },
  'gc-pressure': function makeGarbage() {
    const kept = [];
    for (let index = 0; index < 60_000; index++) kept.push({ index, list: [index, `${index}`] });
    survivors.push(kept);
    if (survivors.length > 30) survivors.length = 0;
  },
  'sync-io': function readAgain() {
    for (let index = 0; index < 200; index++) fs.readFileSync(__filename);
  },
  'crypto-heavy': function hashAgain() {
    return crypto.pbkdf2Sync('secret', 'salt', 5_000, 64, 'sha512');
  },
  zlib: function packAgain() {
    return zlib.gzipSync(JSON.stringify(document));
  },
};
const survivors = [];

/** A program's own functions with the names of built-in ones: plain number crunching. */
const impostors = {
  'json-heavy': function parse() {
    return work['cpu-hog']();
  },
  // biome-ignore lint/suspicious/noShadowRestrictedNames: the name is what is tested
  'regex-heavy': function RegExp() {
    return work['cpu-hog']();
  },
  'sync-io': function readFileSync() {
    return work['cpu-hog']();
  },
  'crypto-heavy': function pbkdf2Sync() {
    return work['cpu-hog']();
  },
  'gc-pressure': function gc() {
    return work['cpu-hog']();
  },
};

const [name, kind] = process.argv.slice(2);
const chosen = kind === 'impostor' ? impostors[name] : work[name];
const end = performance.now() + 1250;

function turn() {
  for (let count = 0; count < 4; count++) chosen();
  if (performance.now() < end) return setImmediate(turn);
  const crumb = 'after the work';
  throw new Error(`ended ${crumb}`);
}

setTimeout(turn, 20);
