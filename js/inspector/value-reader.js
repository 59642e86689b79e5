'use strict';

const {
  builtinExports,
  isProxy,
  kindOf,
  now,
  plainPrototypes,
  program,
} = require('../builtins.js');
const { redactProperties, redactText } = require('../crash/redact.js');
const { readQuietly } = require('../crash/read-quietly.js');
const {
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
} = require('./object-parts.js');

/** @typedef {import('./object-parts.js').Part} Part */

/**
 * @typedef {object} Budget
 * @property {number} deadline now() of builtins.js beyond which nothing more is read
 * @property {number} bytes left for JSON text
 * @property {number} depth levels of objects below a variable
 * @property {string[]} truncated what was cut and why, for the file
 */

/**
 * What only V8 itself can tell of an object: see addon/binding/object_inside.h. Null where this Node cannot say.
 * @typedef {object} Inside
 * @property {(value: object) => string | null} classOf
 * @property {(value: object) => [state: number, result: unknown] | null} ofPromise
 * @property {(value: object) => [target: unknown, handler: unknown] | null} ofProxy
 * @property {(value: object) => [isKeyed: boolean, entries: unknown[]] | null} entriesOf a WeakMap, WeakSet or iterator
 * @property {(value: object) => Part[] | null} privateFields
 */

/** A value as the protocol's Runtime.RemoteObject has it. @typedef {Record<string, any>} RemoteObject */
/** As Runtime.getProperties answers. @typedef {{result: any[], internalProperties?: any[], privateProperties?: any[]}} Properties */

/**
 * An object to read.
 * @typedef {object} Wanted
 * @property {string} id
 * @property {any} value
 * @property {string} name of what holds it
 * @property {number} depth levels below the scope
 * @property {number} deepest level to read
 */

// Of one with more objects in it than this, the others are listed and not read further: each takes a cold V8 0.1 ms.
const MAX_CHILDREN = 250;
const MAX_TEXT = 10000;
const MAX_FUNCTION_TEXT = 200;
// Each says in its place that it is cut.
const MAX_STRINGS_TOLD = 20;
// Looking for secrets in each takes a while.
const MAX_HEADS = 200;
// One that V8 keeps in pieces must be put together to be read: half a second for 500 MB.
const MAX_STRING = 2 ** 22;
const MAX_BITS = 2n ** 4096n;
// As V8 abbreviates.
const PREVIEW_PROPERTIES = 5;
const PREVIEW_ENTRIES = 100;
const PREVIEW_TEXT = 100;
// Scopes around the function's own.
const ENCLOSING = new Set(['closure', 'module', 'script']);
// Node's own module wrapper: the whole module graph hangs on these two.
const MODULE_PLUMBING = new Set(['module', 'require']);
// Whose description says it all.
const PLAIN_KINDS = new Set([
  'error',
  'date',
  'regexp',
  'proxy',
  'arraybuffer',
  'dataview',
  'generator',
  'weakmap',
  'weakset',
  'iterator',
]);
const PROMISE_STATES = ['pending', 'fulfilled', 'rejected'];

const { getPrototypeOf } = Object;
const { apply } = Reflect;
const sourceOf = Function.prototype.toString;
const dateToString = Date.prototype.toString;
const regExpSource = getterOf(RegExp.prototype, 'source');
/** @type {[string, () => any][]} */
const REGEXP_FLAGS = [
  ['d', 'hasIndices'],
  ['g', 'global'],
  ['i', 'ignoreCase'],
  ['m', 'multiline'],
  ['s', 'dotAll'],
  ['u', 'unicode'],
  ['v', 'unicodeSets'],
  ['y', 'sticky'],
].map(([flag, name]) => [flag, getterOf(RegExp.prototype, name)]);

/** @param {string} text @param {number} most */
function cut(text, most) {
  return text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
}

/** The head of a string, and how long it is. @param {string} text @param {number} most */
function headOfText(text, most) {
  if (text.length <= most) return text;
  if (text.length > MAX_STRING) return `… (${text.length} characters, not read)`;
  // Without its secrets first: half of one is not known for what it is.
  const head = redactText(text.slice(0, most * 2)).slice(0, most);
  return `${head}… (${text.length} characters)`;
}

/** @param {bigint} value */
function bigintText(value) {
  return value < MAX_BITS && value > -MAX_BITS ? `${value}n` : 'a bigint of more than 4096 bits';
}

/**
 * Reads the values of paused frames, nearest frame first and then level by level, until the budget is used up. No code of
 * the program's runs: V8's inspector, asked for an object's properties, calls getters that are bound functions, traps of
 * Proxies among its prototypes, and an error's getters, so it is asked for the frames only and the values are read here.
 */
class ValueReader {
  /** By objectId, the JSON text of Properties. @type {Record<string, string>} */
  objects = {};
  #inside;
  #budget;
  /** @type {Map<unknown, string>} */
  #ids = new Map();
  /** @type {Wanted[]} */
  #queue = [];
  #outOf = '';
  #parts = new ObjectParts();
  /** What modules of Node's export is named, and not read: a hundred functions each. @type {Set<unknown>} */
  #nodes = new Set();
  /** Long strings that are told of. */
  #longStrings = 0;
  /** Those of which the head was read. */
  #heads = 0;

  /** @param {Inside} inside @param {Budget} budget */
  constructor(inside, budget) {
    this.#inside = inside;
    this.#budget = budget;
    const exports = builtinExports();
    for (let i = 0; i < exports.length; i++) this.#nodes.add(exports[i]);
  }

  /**
   * @param {{frame: any, scopes: {type: string, id: string, value: any}[], receiver: unknown}[]} frames of Debugger.paused,
   *   whose `this` is replaced by what is known of it here
   */
  read(frames) {
    for (const { frame, scopes, receiver } of frames) {
      for (const { type, id, value } of scopes) {
        // What encloses the function is often the whole module, and further from the throw.
        const deepest = this.#budget.depth - (ENCLOSING.has(type) ? 1 : 0);
        this.#read({ id, value, name: type, depth: 0, deepest });
      }
      if (receiver === undefined) continue;
      frame.this = this.#remote(receiver, true);
      if (receiver !== program) this.#want(receiver, 'this', 1, this.#budget.depth);
    }
    for (let at = 0; at < this.#queue.length && !this.#outOf; at++) this.#read(this.#queue[at]);
    if (this.#outOf) this.#budget.truncated.push(this.#outOf);
  }

  /** @param {Wanted} wanted */
  #read({ id, value, name, depth, deepest }) {
    if (id in this.objects || this.#outOf) return;
    if (now() > this.#budget.deadline) {
      this.#outOf = 'variables: the time for a capture was used up (LOOPDET_CAPTURE_MAX_MS)';
      return;
    }
    // The scope of a `with` is any object.
    const kind = depth === 0 && !isProxy(value) ? 'scope' : kindOf(value);
    const { parts, more } = this.#parts.of(value, kind, depth === 0 ? Infinity : MAX_ENTRIES);
    const internal = depth === 0 ? [] : this.#internalParts(value, kind);
    const isOurs = isOfCollection(value);
    const fields = depth === 0 || isOurs ? null : this.#inside.privateFields(value);
    const hasPreviews = depth === 0 || depth >= deepest;
    const describe = (/** @type {Part} */ part, /** @type {number} */ at) =>
      this.#descriptor(part, hasPreviews && (depth === 0 || at < MAX_CHILDREN));
    const inherited = depth === 0 || isOurs || kind !== '' ? [] : this.#parts.accessorsAbove(value);
    const all = [...parts, ...inherited];
    /** @type {Properties} */
    const found = { result: all.map(describe) };
    if (internal.length > 0) found.internalProperties = internal.map(describe);
    if (fields) found.privateProperties = fields.map(describe);
    redactProperties(found.result);
    redactProperties(found.privateProperties);
    const text = JSON.stringify(found);
    if (text.length > this.#budget.bytes) {
      this.#outOf = 'variables: the size of a capture was used up (LOOPDET_CAPTURE_MAX_BYTES)';
      return;
    }
    this.#budget.bytes -= text.length;
    this.objects[id] = text;
    if (more) {
      const read = parts.filter(isShown).length;
      this.#budget.truncated.push(`${name}: ${more}, of which the first ${read} are read`);
    }
    all.push(...(fields ?? []), ...internal);
    const shown = [
      ...found.result,
      ...(found.privateProperties ?? []),
      ...(found.internalProperties ?? []),
    ];
    // What is secret by its name is not read any further.
    const kept = all.filter((_, at) => shown[at].value?.objectId);
    this.#wantChildren(kept, name, depth, deepest);
  }

  /** @param {Part[]} parts @param {string} name of what has them @param {number} depth its @param {number} deepest */
  #wantChildren(parts, name, depth, deepest) {
    let children = 0;
    for (const { name: key, property } of parts) {
      if (depth === 0 && MODULE_PLUMBING.has(key)) continue;
      // The entries of a collection are the collection itself, not a level below it.
      const below = isOfCollection(property?.value) ? depth : depth + 1;
      if (below > deepest || key === '[[Prototype]]') continue;
      if (!this.#want(property?.value, key, below, deepest)) continue;
      if (++children < MAX_CHILDREN || depth === 0) continue;
      this.#budget.truncated.push(`${name}: objects beyond the first ${MAX_CHILDREN} not read`);
      return;
    }
  }

  /** What V8 shows of an object beside its properties. @param {any} value @param {string} kind @returns {Part[]} */
  #internalParts(value, kind) {
    if (isOfCollection(value)) return [];
    if (kind === 'map' || kind === 'set') return [partOf('[[Entries]]', entriesOf(value, kind))];
    if (kind === 'promise') {
      const [state, result] = this.#inside.ofPromise(value) ?? [];
      if (state === undefined) return [];
      const parts = [partOf('[[PromiseState]]', PROMISE_STATES[state])];
      return state === 0 ? parts : [...parts, partOf('[[PromiseResult]]', result)];
    }
    if (kind === 'proxy') {
      const [target, handler] = this.#inside.ofProxy(value) ?? [];
      return [partOf('[[Handler]]', handler), partOf('[[Target]]', target)];
    }
    if (kind === 'weakmap' || kind === 'weakset' || kind === 'iterator') {
      const [isKeyed, flat] = this.#inside.entriesOf(value) ?? [];
      return flat ? [partOf('[[Entries]]', entryList(flat, isKeyed === true))] : [];
    }
    const prototype = getPrototypeOf(value);
    const isPlain =
      prototype === null ||
      prototype === plainPrototypes.object ||
      prototype === plainPrototypes.array;
    return isPlain ? [] : [partOf('[[Prototype]]', prototype)];
  }

  /** @param {Part} part @param {boolean} hasPreview @returns {any} a PropertyDescriptor of the protocol */
  #descriptor({ name, symbol: key, property, isOwn }, hasPreview) {
    if (!property) return { name, configurable: false, enumerable: false, isOwn };
    const { value, get, set, configurable = false, enumerable = false } = property;
    const symbol = key && this.#remote(key, false);
    if (get || set) {
      const getter = this.#remote(get, false);
      const setter = this.#remote(set, false);
      return { name, configurable, enumerable, isOwn, symbol, get: getter, set: setter };
    }
    if (typeof value === 'string' && value.length > MAX_TEXT) this.#tellOfString(name, value);
    const { writable } = property;
    const remote = this.#remote(value, hasPreview);
    return { name, configurable, enumerable, isOwn, symbol, writable, value: remote };
  }

  /** @param {string} text */
  #textOf(text) {
    if (text.length <= MAX_TEXT) return text;
    return ++this.#heads > MAX_HEADS ? `… (${text.length} characters)` : headOfText(text, MAX_TEXT);
  }

  /** @param {string} name @param {string} value */
  #tellOfString(name, value) {
    const told = `${name}: a string of ${value.length} characters`;
    if (this.#budget.truncated.includes(told) || ++this.#longStrings > MAX_STRINGS_TOLD) return;
    this.#budget.truncated.push(told);
  }

  /** @param {any} value @param {boolean} hasPreview @returns {RemoteObject} */
  #remote(value, hasPreview) {
    const type = typeof value;
    if (value === null) return { type: 'object', subtype: 'null', value };
    if (type === 'undefined') return { type };
    if (type === 'boolean') return { type, value };
    if (type === 'string') return { type, value: this.#textOf(value) };
    if (type === 'number') return numberRemote(value);
    if (type === 'bigint') {
      const text = bigintText(value);
      return { type, unserializableValue: text, description: text };
    }
    const objectId = this.#idOf(value);
    if (type === 'symbol') return { type, description: cut(symbolText(value), MAX_TEXT), objectId };
    if (type === 'function' && !isProxy(value)) {
      const description = cut(apply(sourceOf, value, []), MAX_FUNCTION_TEXT);
      return { type, className: 'Function', description, objectId };
    }
    const kind = kindOf(value);
    const { subtype, className, description } = this.#about(value, kind);
    const preview =
      hasPreview && !PLAIN_KINDS.has(kind)
        ? this.#preview(value, kind, subtype, description)
        : undefined;
    // A Proxy of a function is one all the same.
    return { type: 'object', subtype, className, description, objectId, preview };
  }

  /** @param {any} value @param {string} kind @returns {{subtype: string | undefined, className: string, description: string}} */
  #about(value, kind) {
    if (EntryList.is(value))
      return { subtype: 'array', className: 'Array', description: `Array(${value.size})` };
    if (Entry.is(value)) {
      const [first, second] = Object.values(value.parts).map((part) => this.#short(part, true));
      const description = second === undefined ? first : `{${first} => ${second}}`;
      return { subtype: 'internal#entry', className: 'Object', description };
    }
    const className = (kind === 'proxy' ? null : this.#inside.classOf(value)) || 'Object';
    const description = this.#description(value, kind, className);
    return { subtype: kind || undefined, className, description };
  }

  /** @param {any} value @param {string} kind @param {string} className */
  #description(value, kind, className) {
    switch (kind) {
      case 'array':
      case 'typedarray':
        return `${className}(${lengthOf(value, kind)})`;
      case 'map':
        return `${className}(${sizeOf(value, kind)})`;
      case 'set':
        return `${className}(${sizeOf(value, kind)})`;
      case 'date':
        return apply(dateToString, value, []);
      case 'regexp': {
        const flags = REGEXP_FLAGS.filter(([, has]) => has && apply(has, value, []));
        return `/${cut(apply(regExpSource, value, []), MAX_TEXT)}/${flags.map(([flag]) => flag).join('')}`;
      }
      case 'error':
        return cut(errorText(value, className), MAX_TEXT);
      case 'proxy': {
        const [target] = this.#inside.ofProxy(value) ?? [];
        // Not how deep that goes.
        const inner = isProxy(target) ? 'Proxy' : this.#short(target, false) || 'Function';
        return `Proxy(${inner})`;
      }
      default:
        return className;
    }
  }

  /** As a preview shows a value within another. @param {any} value @param {boolean} quoted whether strings are */
  #short(value, quoted) {
    const type = typeof value;
    if (type === 'string') {
      const text = abbreviate(headOfText(value, MAX_TEXT));
      return quoted ? `"${text}"` : text;
    }
    if (type === 'function' && !isProxy(value)) return '';
    if (value === null || (type !== 'object' && type !== 'function')) return primitiveText(value);
    const kind = kindOf(value);
    // Not the whole stack.
    const { description } = this.#about(value, kind);
    return abbreviate(kind === 'error' ? description.split('\n', 1)[0] : description);
  }

  /** @param {any} value @param {string} kind @param {string | undefined} subtype @param {string} description */
  #preview(value, kind, subtype, description) {
    const isList = kind === 'array' || kind === 'typedarray' || EntryList.is(value);
    const most = isList ? PREVIEW_ENTRIES : PREVIEW_PROPERTIES;
    const { parts, more } = this.#parts.of(value, kind, most);
    const internal = kind === 'promise' ? this.#internalParts(value, kind) : [];
    const wanted = [...internal, ...parts].filter((part) => !isList || isShown(part));
    const properties = wanted.slice(0, most).map((part) => this.#propertyPreview(part));
    const overflow = more !== '' || wanted.length > most;
    const held =
      kind === 'map' || kind === 'set' ? entriesOf(value, kind, PREVIEW_PROPERTIES) : null;
    return {
      type: 'object',
      subtype,
      description,
      overflow: overflow || (held?.size ?? 0) > PREVIEW_PROPERTIES,
      properties,
      entries: held?.entries.map((entry) => this.#entryPreviews(entry.parts)),
    };
  }

  /** @param {{key?: unknown, value: unknown}} parts those of a Set have no key */
  #entryPreviews(parts) {
    const value = this.#entryPreview(parts.value);
    return 'key' in parts ? { key: this.#entryPreview(parts.key), value } : { value };
  }

  /** @param {Part} part */
  #propertyPreview({ name, property }) {
    if (!property) return { name, type: 'undefined', value: 'not available' };
    const { value, get, set } = property;
    if (get || set) return { name, type: 'accessor' };
    const { type, subtype } = typeOf(value);
    return { name, type, subtype, value: this.#short(value, false) };
  }

  /** An ObjectPreview, also of a primitive. @param {unknown} value */
  #entryPreview(value) {
    const { type, subtype } = typeOf(value);
    const description = this.#short(value, false);
    return { type, subtype, description, overflow: false, properties: [] };
  }

  /** @param {unknown} value @param {string} name @param {number} depth @param {number} deepest @returns {boolean} whether it will be read */
  #want(value, name, depth, deepest) {
    if (typeof value !== 'object' || value === null || this.#nodes.has(value)) return false;
    const id = this.#idOf(value);
    if (!(id in this.objects)) this.#queue.push({ id, value, name, depth, deepest });
    return true;
  }

  /** @param {unknown} value */
  #idOf(value) {
    let id = this.#ids.get(value);
    if (id === undefined) {
      // Three numbers, as V8's.
      id = `0.0.${this.#ids.size + 1}`;
      this.#ids.set(value, id);
    }
    return id;
  }
}

/** @param {unknown} value */
function isOfCollection(value) {
  if (typeof value !== 'object' || value === null) return false;
  return EntryList.is(value) || Entry.is(value);
}

/** @param {unknown[]} flat a key and a value in turn, or values @param {boolean} isKeyed */
function entryList(flat, isKeyed) {
  const entries = [];
  const step = isKeyed ? 2 : 1;
  const most = headOf(flat.length / step);
  for (let at = 0; entries.length < most; at += step) {
    entries.push(new Entry(isKeyed ? { key: flat[at], value: flat[at + 1] } : { value: flat[at] }));
  }
  return new EntryList(entries, flat.length / step);
}

/** @param {any} value @returns {{type: string, subtype: string | undefined}} */
function typeOf(value) {
  const type = typeof value;
  if (value === null) return { type, subtype: 'null' };
  if (type !== 'object' && type !== 'function') return { type, subtype: undefined };
  const kind = type === 'object' || isProxy(value) ? kindOf(value) : '';
  return { type: kind === 'proxy' ? 'object' : type, subtype: kind || undefined };
}

/** @param {number} value @returns {RemoteObject} */
function numberRemote(value) {
  const description = Object.is(value, -0) ? '-0' : String(value);
  const isPlain = Number.isFinite(value) && description !== '-0';
  return isPlain
    ? { type: 'number', value, description }
    : { type: 'number', unserializableValue: description, description };
}

/** @param {any} value not a string */
function primitiveText(value) {
  if (typeof value === 'symbol') return abbreviate(symbolText(value));
  if (typeof value === 'bigint') return abbreviate(bigintText(value));
  return Object.is(value, -0) ? '-0' : String(value);
}

/** @param {string} text */
function abbreviate(text) {
  return text.length > PREVIEW_TEXT ? `${text.slice(0, PREVIEW_TEXT - 1)}…` : text;
}

/** @param {object} error @param {string} className */
function errorText(error, className) {
  const stack = readQuietly(error, 'stack');
  if (typeof stack === 'string') return stack;
  const message = readQuietly(error, 'message');
  return typeof message === 'string' && message !== '' ? `${className}: ${message}` : className;
}

module.exports = { ValueReader };
