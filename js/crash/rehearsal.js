'use strict';

const { describeCrash } = require('./report.js');
const { sectionTexts } = require('./document.js');
const { loadBuiltin, now } = require('../builtins.js');
const { ValueReader } = require('../inspector/value-reader.js');

// Longer, and what the program waits for would wait for us.
const SLICE_MS = 2;
// V8 compiles what has run a few times.
const READINGS = 2;
const LIST = 12;

/** Values of all kinds that a program has. No promise: the program's hooks of async_hooks would hear of it. */
function sampleOfValues() {
  const items = Array.from({ length: LIST }, (_, id) => ({
    id,
    name: `item ${id}`,
    price: id / 4,
    isNew: id % 2 === 0,
    tags: ['first', 'second'],
    seller: null,
    note: undefined,
    sort() {},
  }));
  return {
    items,
    byId: new Map(items.map((item) => [item.id, item])),
    names: new Set(['first', 'second']),
    bytes: new Uint8Array(LIST),
    error: new RangeError('a sample'),
    pattern: /sample/g,
    since: new Date(0),
    [Symbol('key')]: 'a symbol is its key',
    get total() {
      return LIST;
    },
  };
}

/** A frame in which it is the local scope, as the inspector tells of one. */
const FRAME = {
  functionName: 'sample',
  url: 'file:///sample.js',
  location: { scriptId: '0', lineNumber: 0, columnNumber: 0 },
  this: { type: 'undefined' },
  scopeChain: [{ type: 'local', object: { objectId: 'local' } }],
};

/** Of a CrashContext, whatever the crash is. @typedef {Pick<import('./document.js').CrashContext, 'header' | 'native' | 'io' | 'profile'>} Parts */

/**
 * A crash is the first time that the code for it runs, and half of what it takes is V8's: to compile that code, and to learn
 * what it works on. So all of it but the pause is run beforehand, on values of our own, while the program rests. What comes
 * of it is thrown away.
 * @param {any} binding
 * @param {Record<string, any>} config
 * @param {Parts} parts
 */
function* rehearsal(binding, config, parts) {
  // All modules of ours have been loaded by now.
  yield;
  // What the inspector and a crash file need of Node's own. Not the inspector itself: who else has it loaded tells whether
  // the program has sessions, too.
  loadBuiltin('node:worker_threads');
  yield;
  loadBuiltin('node:v8');
  yield;
  const value = sampleOfValues();
  const inside = {
    classOf: binding.classOf,
    ofPromise: binding.insideOfPromise,
    ofProxy: binding.insideOfProxy,
    entriesOf: binding.entriesOf,
    privateFields: () => null,
  };
  let objects = {};
  for (let i = 0; i < READINGS; i++) {
    const budget = {
      deadline: now() + SLICE_MS,
      bytes: config.captureMaxBytes,
      depth: config.captureDepth,
      truncated: [],
    };
    const reader = new ValueReader(inside, budget);
    const scopes = [{ type: 'local', id: 'local', value }];
    reader.read([{ frame: {}, scopes, receiver: undefined }]);
    objects = reader.objects;
    yield;
  }
  const described = describeCrash({
    kind: 'uncaughtException',
    error: value.error,
    record: { mode: 'js' },
    raw: { paused: { callFrames: [FRAME] }, objects, scripts: {}, truncated: [], elapsedMs: 0 },
    seen: true,
    mode: 'throw',
    config,
    unarmed: '',
  });
  yield;
  let began = now();
  // Node's report asks each worker.
  for (const _ of sectionTexts({ ...parts, ...described, config, began }, 'Report')) {
    if (now() - began < SLICE_MS) continue;
    yield;
    began = now();
  }
}

module.exports = { rehearsal };
