'use strict';

const { isProxy, plainPrototypes } = require('../builtins.js');
const { ownProperty } = require('../crash/read-quietly.js');

// One with more entries or properties than this is not read but for the first: of a list of objects each takes 200 bytes.
const MAX_ENTRIES = 1000;
const HEAD = 100;
// One of numbers and short words is.
const MAX_SMALL_ENTRIES = 10_000;
const MAX_SMALL_TEXT = 40;
// Of what an object inherits: a class of Node's own has dozens.
const MAX_ACCESSORS = 20;
// Bytes and numbers, each of which tells little.
const MAX_NUMBERS = 200;

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { apply, ownKeys } = Reflect;
const symbolToString = Symbol.prototype.toString;
const getterOf = (/** @type {object} */ holder, /** @type {PropertyKey} */ name) =>
  /** @type {() => any} */ (getOwnPropertyDescriptor(holder, name)?.get);
// V8's own, which tell the truth of an object whatever its properties say.
const typedLength = getterOf(getPrototypeOf(Uint8Array.prototype), 'length');
const sizeOfMap = getterOf(Map.prototype, 'size');
const sizeOfSet = getterOf(Set.prototype, 'size');
const entriesOfMap = Map.prototype.entries;
const valuesOfSet = Set.prototype.values;

/** The list behind a collection: read like an array of entries. */
class EntryList {
  #isOurs = true;

  /** @param {Entry[]} entries @param {number} size of which these are the first */
  constructor(entries, size) {
    this.entries = entries;
    this.size = size;
  }

  /** Not `instanceof`, which asks a Proxy for its prototype. @param {any} value @returns {value is EntryList} */
  static is(value) {
    return #isOurs in value;
  }
}

class Entry {
  #isOurs = true;

  /** @param {{key?: unknown, value: unknown}} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /** @param {any} value @returns {value is Entry} */
  static is(value) {
    return #isOurs in value;
  }
}

/**
 * What an object has: a property, an entry, or what only V8 sees. Made in one go and all alike, as what is made of them is: in
 * code that has just begun to run V8 adds a property to an object in a thousand instructions, and a capture reads thousands.
 * @typedef {object} Part
 * @property {string} name
 * @property {symbol | undefined} symbol its name, if that is one
 * @property {PropertyDescriptor | undefined} property without a value and a getter: it cannot be read now
 * @property {boolean} isOwn false: an object above has it
 */

/** @param {string} name @param {unknown} value @param {boolean} [enumerable] @returns {Part} */
function partOf(name, value, enumerable = true) {
  return { name, symbol: undefined, property: { value, enumerable }, isOwn: true };
}

/** Whether the objects that an object inherits from are plain ones. @param {any} value */
function hasPlainChain(value) {
  for (let at = value; at !== null; at = getPrototypeOf(at)) if (isProxy(at)) return false;
  return true;
}

/**
 * The first keys of an object, one more than are read. Listing all of a huge one takes V8 a second for a million; this half
 * of that, and little for others.
 * @param {any} value no Proxy
 */
function firstKeys(value) {
  /** @type {string[]} */
  const keys = [];
  if (!hasPlainChain(value)) return keys;
  for (const key in value) if (keys.push(key) > MAX_ENTRIES) break;
  return keys;
}

/** @param {any} value @param {PropertyKey} key @returns {Part | null} null: there is none of this name */
function readOwn(value, key) {
  const symbol = typeof key === 'symbol' ? key : undefined;
  const name = symbol ? symbolText(symbol) : `${/** @type {string} */ (key)}`;
  let property;
  try {
    property = ownProperty(value, key);
    if (!property) return null;
    if (!('value' in property || property.get || property.set)) property = undefined;
  } catch {
    // A variable before its declaration, an export of a module that is not evaluated yet.
  }
  return { name, symbol, property, isOwn: true };
}

/** @param {symbol} symbol */
function symbolText(symbol) {
  return apply(symbolToString, symbol, []);
}

/**
 * Lists what objects have, without running code of the program's. One for each capture.
 */
class ObjectParts {
  /** @type {Map<object, string[]>} their first keys */
  #huge = new Map();
  /** By the object that they are inherited from, which many share. @type {Map<object, Part[]>} */
  #accessors = new Map();

  /**
   * The properties of an object, or the elements of what is a list.
   * @param {any} value
   * @param {string} kind
   * @param {number} most
   * @returns {{parts: Part[], more: string}} more: what is left out, or ''
   */
  of(value, kind, most) {
    if (EntryList.is(value)) {
      const parts = value.entries.slice(0, most).map((entry, at) => partOf(String(at), entry));
      return { parts, more: value.size > parts.length ? `${value.size} entries` : '' };
    }
    if (Entry.is(value)) {
      return {
        parts: Object.entries(value.parts).map(([name, part]) => partOf(name, part)),
        more: '',
      };
    }
    if (kind === 'proxy') return { parts: [], more: '' };
    const isList = kind === 'array' || kind === 'typedarray';
    const length = isList ? lengthOf(value, kind) : 0;
    const head = length > MAX_ENTRIES ? Math.min(most, HEAD) : most;
    const shown = kind === 'typedarray' ? Math.min(most, MAX_NUMBERS) : head;
    if (kind === 'typedarray' || length > shown) {
      const part = (/** @type {number} */ at) =>
        kind === 'typedarray' ? partOf(String(at), value[at]) : readOwn(value, at);
      const most = kind === 'array' && length <= MAX_SMALL_ENTRIES ? length : shown;
      const parts = firstParts(Math.min(length, most), shown, part);
      const isCut = length > parts.length;
      parts.push(partOf('length', length, false));
      return { parts, more: isCut ? `${length} entries` : '' };
    }
    const { keys, more } = this.#keysOf(value, isList ? Infinity : most);
    const parts = keys.map((key) => readOwn(value, key)).filter((part) => part !== null);
    return {
      parts: /** @type {Part[]} */ (parts),
      more: more ? `more than ${MAX_ENTRIES} properties` : '',
    };
  }

  /** The getters and setters that an object inherits from its classes. @param {any} value no Proxy @returns {Part[]} */
  accessorsAbove(value) {
    const prototype = getPrototypeOf(value);
    if (prototype === null || prototype === plainPrototypes.object) return [];
    let found = this.#accessors.get(prototype);
    if (!found) {
      found = readAccessors(prototype);
      this.#accessors.set(prototype, found);
    }
    return found;
  }

  /** @param {any} value no Proxy @param {number} most @returns {{keys: PropertyKey[], more: boolean}} */
  #keysOf(value, most) {
    const huge = this.#huge.get(value) ?? firstKeys(value);
    if (huge.length > MAX_ENTRIES) {
      this.#huge.set(value, huge);
      return { keys: huge.slice(0, Math.min(most, HEAD)), more: true };
    }
    const keys = ownKeys(value);
    return { keys: keys.slice(0, most), more: keys.length > most };
  }
}

/**
 * All entries of a list if what is beyond `sure` of them is small, else these.
 * @param {number} length
 * @param {number} sure
 * @param {(at: number) => Part | null} read
 */
function firstParts(length, sure, read) {
  const parts = [];
  for (let at = 0; at < length; at++) {
    const part = read(at);
    if (at >= sure && !isSmall(part?.property?.value)) return parts.slice(0, sure);
    if (part) parts.push(part);
  }
  return parts;
}

/** @param {unknown} value */
function isSmall(value) {
  if (typeof value === 'string') return value.length <= MAX_SMALL_TEXT;
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}

/** @param {any} prototype @returns {Part[]} the nearest of each name, up to Object.prototype */
function readAccessors(prototype) {
  /** @type {Map<PropertyKey, Part>} */
  const found = new Map();
  for (let at = prototype; at && at !== plainPrototypes.object; at = getPrototypeOf(at)) {
    if (isProxy(at)) break;
    for (const key of ownKeys(at)) {
      const part = key === '__proto__' || found.has(key) ? null : readOwn(at, key);
      if (!part?.property?.get && !part?.property?.set) continue;
      if (found.size < MAX_ACCESSORS) found.set(key, { ...part, isOwn: false });
    }
  }
  return [...found.values()];
}

/** @param {any} value @param {string} kind */
function lengthOf(value, kind) {
  if (kind === 'typedarray') return apply(typedLength, value, []);
  const length = getOwnPropertyDescriptor(value, 'length')?.value;
  return typeof length === 'number' ? length : 0;
}

/** @param {any} value @param {string} kind @param {number} [wanted] at most @returns {EntryList} the first entries of a Map or Set */
function entriesOf(value, kind, wanted = MAX_ENTRIES) {
  const isMap = kind === 'map';
  const size = sizeOf(value, kind);
  const most = Math.min(wanted, headOf(size));
  const entries = [];
  for (const entry of apply(isMap ? entriesOfMap : valuesOfSet, value, [])) {
    entries.push(new Entry(isMap ? { key: entry[0], value: entry[1] } : { value: entry }));
    if (entries.length === most) break;
  }
  return new EntryList(entries, size);
}

/** How many entries of a collection are read. @param {number} size */
function headOf(size) {
  return size > MAX_ENTRIES ? HEAD : size;
}

/** Of a Map or Set. @param {any} value @param {string} kind @returns {number} */
function sizeOf(value, kind) {
  return apply(kind === 'map' ? sizeOfMap : sizeOfSet, value, []);
}

/** Not what every list has beside its entries. @param {Part} part */
function isShown({ name, symbol }) {
  return name !== 'length' && name !== 'callee' && symbol === undefined;
}

module.exports = {
  Entry,
  EntryList,
  MAX_ENTRIES,
  ObjectParts,
  entriesOf,
  getterOf,
  headOf,
  isShown,
  lengthOf,
  partOf,
  sizeOf,
  symbolText,
};
