'use strict';

// `loopdet-addon/heap`: heap snapshots, read natively and beside the program's threads. No side effects at load.
const path = require('node:path');
const { codedError } = require('../errors.js');
const { load } = require('../own-modules.js');

/** The compiled addon records nothing by being loaded. @returns {any} */
const binding = () =>
  /** @type {typeof import('../binding.js')} */ (load('binding.js')).loadBinding();

/** @typedef {'count' | 'self' | 'retained'} Order */

/**
 * An open snapshot. Bytes of memory that it takes are given back by close().
 */
class HeapSnapshot {
  #number;
  file;

  /** @param {string} file @param {number} number the addon's */
  constructor(file, number) {
    this.file = file;
    this.#number = number;
  }

  /** @param {string} what @param {object} [options] @returns {Promise<any>} */
  async #ask(what, options = {}) {
    return JSON.parse(await binding().heapAsk(this.#number, what, JSON.stringify(options)));
  }

  /** Totals, kinds, the largest objects, and what looks like a leak. */
  summary() {
    return this.#ask('summary');
  }

  /**
   * Constructors, largest first.
   * @param {{order?: Order, filter?: RegExp}} [options]
   * @returns {Promise<any[]>}
   */
  async classes({ order = 'retained', filter } = {}) {
    const { classes } = await this.#ask('classes');
    return classes
      .filter((/** @type {any} */ { name }) => !filter || filter.test(name))
      .sort((/** @type {any} */ a, /** @type {any} */ b) => b[order] - a[order]);
  }

  /**
   * The largest instances of a constructor; of several of one name, of the one that holds most.
   * @param {string} name or key
   * @param {{limit?: number}} [options]
   * @returns {Promise<{name: string, key: string, count: number, instances: any[]}>}
   * @throws {Error & {code: string}} ERR_LOOPDET_HEAP_CLASS
   */
  async instances(name, { limit } = {}) {
    const all = await this.classes();
    const found = all.find((one) => one.key === name) ?? all.find((one) => one.name === name);
    if (!found) {
      const wanted = name.toLowerCase();
      const alike = all.filter((one) => one.name.toLowerCase().includes(wanted)).slice(0, 5);
      throw codedError('ERR_LOOPDET_HEAP_CLASS', name, alike.map((one) => one.name).join(', '));
    }
    const { key } = found;
    return { name: found.name, key, ...(await this.#ask('instances', { key, limit })) };
  }

  /** An object and what it refers to. @param {number} id @param {{limit?: number}} [options] */
  inspect(id, options) {
    return this.#ask('inspect', { id, ...options });
  }

  /** Who refers to it, nearest to the roots first. @param {number} id @param {{limit?: number}} [options] */
  refs(id, options) {
    return this.#ask('refs', { id, ...options });
  }

  /** A shortest way to it from the roots. @param {number} id @returns {Promise<{path: any[]}>} */
  path(id) {
    return this.#ask('path', { id });
  }

  /** Who holds it alone, and what it holds alone; of the root if no id is given. @param {number} [id] @param {{limit?: number}} [options] */
  dominators(id, options) {
    return this.#ask('dominators', { ...(id === undefined ? {} : { id }), ...options });
  }

  /** Strings that are there more than once, most wasteful first. @param {{limit?: number}} [options] */
  strings(options) {
    return this.#ask('strings', options);
  }

  /** Contexts of closures that hold most. @param {{limit?: number}} [options] */
  contexts(options) {
    return this.#ask('contexts', options);
  }

  /**
   * What is new and what is gone in a later snapshot of the same process, by constructor, as Chrome DevTools compares.
   * @param {HeapSnapshot} later
   * @returns {Promise<any[]>} what has grown most first
   */
  async compare(later) {
    const text = await binding().heapCompare(this.#number, later.#number);
    return JSON.parse(text).classes.sort(
      (/** @type {any} */ a, /** @type {any} */ b) => b.sizeDelta - a.sizeDelta,
    );
  }

  /**
   * What has come between this one and the second, and is still there in the third.
   * @param {HeapSnapshot} second
   * @param {HeapSnapshot} third
   * @returns {Promise<any[]>} what holds most first
   */
  async keptSince(second, third) {
    const text = await binding().heapCompare(this.#number, second.#number, third.#number);
    return JSON.parse(text).classes.sort(
      (/** @type {any} */ a, /** @type {any} */ b) => b.retained - a.retained,
    );
  }

  close() {
    binding().heapClose(this.#number);
  }
}

/** How often whoever waits for a snapshot hears of it. */
const PROGRESS_MS = 100;

/**
 * @typedef {object} HeapProgress
 * @property {number} nodes
 * @property {number} edges
 * @property {number} totalSize bytes; 0 until all nodes have been read
 * @property {number} done a share of the whole time, from 0 to 1
 * @property {number | null} secondsLeft null until there is something to judge by
 */

/**
 * @param {string} file a .heapsnapshot of Node or Chrome
 * @param {{onProgress?: (progress: HeapProgress) => void}} [options]
 * @returns {Promise<HeapSnapshot>}
 * @throws {Error} as a rejection: what is wrong with it, and at which byte
 */
async function openHeapSnapshot(file, { onProgress } = {}) {
  const addon = binding();
  const number = addon.heapBegin();
  const began = performance.now();
  const tell = () => {
    const { nodes, edges, selfBytes, done } = addon.heapProgress(number);
    if (nodes === 0) return;
    const elapsed = (performance.now() - began) / 1000;
    const secondsLeft = done > 0.05 ? (elapsed * (1 - done)) / done : null;
    onProgress?.({ nodes, edges, totalSize: selfBytes, done, secondsLeft });
  };
  const timer = onProgress && setInterval(tell, PROGRESS_MS);
  try {
    await addon.heapOpen(number, path.resolve(file));
    tell();
  } catch (error) {
    addon.heapClose(number);
    throw error;
  } finally {
    clearInterval(timer);
  }
  return new HeapSnapshot(file, number);
}

module.exports = { HeapSnapshot, openHeapSnapshot };
