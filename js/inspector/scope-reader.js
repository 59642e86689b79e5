'use strict';

const { redactProperties } = require('../crash/redact.js');

/**
 * @typedef {object} Budget
 * @property {number} deadline performance.now() beyond which nothing more is read
 * @property {number} bytes left for JSON text
 * @property {number} depth levels of objects below a variable
 * @property {string[]} truncated what was cut and why, for the file
 */

/**
 * An object to read.
 * @typedef {object} Wanted
 * @property {string} id
 * @property {string} name of what holds it
 * @property {number} depth levels below the scope
 * @property {number} deepest level to read
 */

// An object with more entries than this is shown by its preview: a getProperties once begun cannot be stopped.
const MAX_ENTRIES = 1000;
// Of one with more objects in it than this, the others are listed and not read further.
const MAX_CHILDREN = 100;
// V8 describes a string by its whole text, and a function by its whole source, which is among the scripts.
const MAX_TEXT = 10000;
const MAX_FUNCTION_TEXT = 200;
// Scopes around the function's own.
const ENCLOSING = new Set(['closure', 'module', 'script']);
// Node's own module wrapper: the whole module graph hangs on these two.
const MODULE_PLUMBING = new Set(['module', 'require']);

/**
 * How many entries a remote object says it has ("Array(3)", "Map(5)", "Uint8Array(9)"), or 0.
 * @param {any} object
 */
function entryCount(object) {
  const count = /\((\d+)\)$/.exec(object.description ?? '');
  return count ? Number(count[1]) : 0;
}

/** @param {any} remote a RemoteObject; its long texts are cut in place, and say so */
function cutTexts(remote) {
  if (!remote) return;
  const most = remote.type === 'function' ? MAX_FUNCTION_TEXT : MAX_TEXT;
  for (const key of ['description', 'value']) {
    const text = remote[key];
    if (typeof text === 'string' && text.length > most) {
      remote[key] = `${text.slice(0, most)}… (${text.length} characters)`;
    }
  }
}

/**
 * Reads the variables of paused frames, nearest frame first and then level by level, until the budget is used up.
 * Accessors are reported, never called.
 */
class ScopeReader {
  /** @type {Record<string, any>} objectId to the result of Runtime.getProperties */
  objects = {};
  #post;
  #budget;
  /** @type {Wanted[]} */
  #queue = [];
  #outOf = '';

  /**
   * @param {(method: string, params: object) => any} post
   * @param {Budget} budget
   */
  constructor(post, budget) {
    this.#post = post;
    this.#budget = budget;
  }

  /** @param {any[]} callFrames of Debugger.paused, with `inApp` decided by the caller */
  read(callFrames) {
    for (const frame of callFrames) {
      // Node's own frames hold hundreds of functions and nothing of the program's.
      if (frame.url.startsWith('node:')) continue;
      for (const scope of frame.scopeChain) {
        if (scope.type === 'global') continue;
        // What encloses the function is often the whole module, and further from the throw.
        const depth = this.#budget.depth - (ENCLOSING.has(scope.type) ? 1 : 0);
        this.#read(scope.object.objectId, scope.type, 0, depth);
      }
      if (frame.this?.objectId && frame.this.className !== 'global') {
        this.#push(frame.this, 'this', 1, this.#budget.depth);
      }
    }
    while (this.#queue.length > 0 && !this.#outOf) {
      const { id, name, depth, deepest } = /** @type {Wanted} */ (this.#queue.shift());
      this.#read(id, name, depth, deepest);
    }
    if (this.#outOf) this.#budget.truncated.push(this.#outOf);
  }

  /** @param {string} id @param {string} name @param {number} depth @param {number} deepest */
  #read(id, name, depth, deepest) {
    if (id in this.objects || this.#outOf) return;
    if (performance.now() > this.#budget.deadline) {
      this.#outOf = 'variables: the time for a capture was used up (LOOPDET_CAPTURE_MAX_MS)';
      return;
    }
    /** @type {any} */
    let found;
    try {
      found = this.#properties(id, depth === 0 || depth >= deepest);
    } catch (error) {
      found = { result: [], unreadable: String(error) };
    }
    redactProperties(found.result);
    redactProperties(found.privateProperties);
    for (const property of found.result) cutTexts(property.value);
    const size = JSON.stringify(found).length;
    if (size > this.#budget.bytes) {
      this.#outOf = 'variables: the size of a capture was used up (LOOPDET_CAPTURE_MAX_BYTES)';
      return;
    }
    this.#budget.bytes -= size;
    this.objects[id] = found;
    if (depth >= deepest) return;
    let children = 0;
    for (const list of [found.result, found.privateProperties, found.internalProperties]) {
      for (const property of list ?? []) {
        if (depth === 0 && MODULE_PLUMBING.has(property.name)) continue;
        if (property.name === '[[Prototype]]' || property.name === '[[Scopes]]') continue;
        if (!this.#push(property.value, property.name, depth + 1, deepest)) continue;
        if (++children < MAX_CHILDREN || depth === 0) continue;
        this.#budget.truncated.push(`${name}: objects beyond the first ${MAX_CHILDREN} not read`);
        return;
      }
    }
  }

  /**
   * Without previews first: V8 makes one of a Map by copying all of it. With previews only if nothing large is there, and
   * where they show more than the file does anyway: of variables, and of what is not read any deeper.
   * @param {string} id
   * @param {boolean} previews
   */
  #properties(id, previews) {
    const read = (/** @type {boolean} */ generatePreview) =>
      this.#post('Runtime.getProperties', { objectId: id, ownProperties: true, generatePreview });
    const found = read(false);
    if (!previews) return found;
    let objects = 0;
    for (const { value } of found.result) {
      if (!value) continue;
      if (entryCount(value) > MAX_ENTRIES) return found;
      if (value.type === 'string' && value.value.length > MAX_TEXT) return found;
      if (value.objectId && value.type !== 'function') objects++;
    }
    return objects > 0 ? read(true) : found;
  }

  /**
   * @param {any} remote
   * @param {string} name
   * @param {number} depth
   * @param {number} deepest
   * @returns {boolean} whether it will be read
   */
  #push(remote, name, depth, deepest) {
    if (!remote?.objectId || remote.type === 'function') return false;
    const count = entryCount(remote);
    if (count > MAX_ENTRIES) {
      this.#budget.truncated.push(`${name}: ${count} entries, not read`);
      return false;
    }
    this.#queue.push({ id: remote.objectId, name, depth, deepest });
    return true;
  }
}

module.exports = { ScopeReader };
