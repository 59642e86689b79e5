'use strict';

const { KIND } = require('../kinds.js');
const { fileTarget } = require('../target.js');

// Not one operation with an end: they give streams, watchers or iterators. Or no operation, and a getter.
const NOT_OPERATIONS = new Set([
  'watch',
  'watchFile',
  'unwatchFile',
  'glob',
  'globSync',
  'promises',
]);

/**
 * File-system operations: callback, promise and synchronous. Node has no channel for them.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, wrapper, modules }) {
  const fs = /** @type {any} */ (require('node:fs'));

  const callback = (/** @type {any} */ object, /** @type {string} */ name, method = name) => {
    const type = sink.type(KIND.fs, method);
    wrapper.replace(object, name, {
      style: 'callback',
      type,
      enter: function enter(given) {
        return sink.begin(type, fileTarget(given[0]), enter);
      },
    });
  };
  const sync = (/** @type {any} */ object, /** @type {string} */ name, method = name) => {
    const type = sink.type(KIND.fs, method);
    wrapper.replace(object, name, {
      style: 'sync',
      type,
      about: fileTarget,
      leave: function leave(
        /** @type {number} */ durationMs,
        /** @type {string} */ target,
        /** @type {boolean} */ threw,
      ) {
        sink.slowSync(type, target, durationMs, threw, leave);
      },
    });
  };
  const promise = (
    /** @type {any} */ object,
    /** @type {string} */ name,
    target = /** @type {(first: unknown, self: any) => string} */ (fileTarget),
    /** @type {((value: any) => void) | undefined} */ after = undefined,
  ) => {
    const type = sink.type(KIND.fs, name);
    wrapper.replace(object, name, {
      style: 'promise',
      type,
      enter: function enter(given, self) {
        return sink.begin(type, target(given[0], self), enter);
      },
      leave: (/** @type {any} */ operation, /** @type {Promise<any>} */ result) =>
        sink.settles(operation, result, after),
    });
  };

  for (const name of Object.getOwnPropertyNames(fs)) {
    if (NOT_OPERATIONS.has(name)) continue;
    if (name.endsWith('Sync')) sync(fs, name);
    else if (`${name}Sync` in fs) callback(fs, name);
  }
  callback(fs.realpath, 'native', 'realpath');
  sync(fs.realpathSync, 'native', 'realpathSync');

  const wrapHandles = (/** @type {any} */ handle) => {
    const prototype = Object.getPrototypeOf(handle);
    // Once: every handle has the same.
    if (wrapped.has(prototype)) return;
    wrapped.add(prototype);
    const ofHandle = (/** @type {unknown} */ _first, /** @type {any} */ self) => `fd ${self?.fd}`;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (HANDLE_OPERATIONS.has(name)) promise(prototype, name, ofHandle);
    }
  };
  /** @type {WeakSet<object>} */
  const wrapped = new WeakSet();
  modules.whenLoaded('fs/promises', (promises) => {
    for (const name of Object.keys(promises)) {
      if (NOT_OPERATIONS.has(name)) continue;
      promise(promises, name, fileTarget, name === 'open' ? wrapHandles : undefined);
    }
  });
  wrapper.replaceGetter(fs, 'promises', () => modules.install('fs/promises'));
}

const HANDLE_OPERATIONS = new Set([
  'appendFile',
  'chmod',
  'chown',
  'datasync',
  'read',
  'readFile',
  'readv',
  'stat',
  'sync',
  'truncate',
  'utimes',
  'write',
  'writeFile',
  'writev',
]);

module.exports = { install };
