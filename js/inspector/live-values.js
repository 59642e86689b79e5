'use strict';

const { isErrorGetter, isProxy, setGiven, takeGiven } = require('../builtins.js');

/** @typedef {import('./value-reader.js').Part} Part */

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { apply, ownKeys } = Reflect;
const sourceOf = Function.prototype.toString;

// As long as no class of ours is derived.
const MAX_CHAIN = 100;

/** The number of the context in an objectId: isolate, context, number. @param {string} objectId */
function contextOf(objectId) {
  return objectId.split('.')[1];
}

/**
 * The very values that the inspector has only ids for, and back. No code of the program's runs.
 */
class LiveValues {
  #session;
  #rejectedBy;
  #giveId;
  /** @type {Map<unknown, boolean>} */
  #classes = new Map();

  /**
   * @param {InstanceType<typeof import('./session.js').Session>} session
   * @param {string} giveId `give` of builtins.js, to the inspector
   * @param {(body: () => void) => any} rejectedBy runs `body`, and gives the reason of the promise that it rejects
   */
  constructor(session, giveId, rejectedBy) {
    this.#session = session;
    this.#giveId = giveId;
    this.#rejectedBy = rejectedBy;
  }

  /** @param {string[]} ids objectIds @returns {Map<string, unknown>} by id; without those that cannot be had */
  of(ids) {
    /** @type {Map<string, unknown>} */
    const values = new Map();
    /** @type {Map<string, string[]>} */
    const groups = new Map();
    for (const id of ids) {
      const group = groups.get(contextOf(id));
      if (group) group.push(id);
      else groups.set(contextOf(id), [id]);
    }
    for (const [context, group] of groups) {
      const found = context === contextOf(this.#giveId) ? this.#given(group) : this.#thrown(group);
      for (let i = 0; i < group.length; i++) if (found) values.set(group[i], found[i]);
    }
    return values;
  }

  /** Of the program's own context. @param {string[]} ids @returns {any} */
  #given(ids) {
    this.#call(ids[0], 'function (give, ...values) { give(values); }', [this.#giveId, ...ids]);
    return takeGiven();
  }

  /** Of a context of node:vm, whose code cannot be handed a function of ours: but what it rejects a promise with, we see. @param {string[]} ids @returns {any} */
  #thrown(ids) {
    return this.#rejectedBy(() =>
      this.#call(ids[0], 'async function (...values) { throw values; }', ids),
    );
  }

  /** @param {string} objectId what `this` is @param {string} functionDeclaration @param {string[]} ids of the arguments */
  #call(objectId, functionDeclaration, ids) {
    return this.#session.post('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration,
      arguments: ids.map((id) => ({ objectId: id })),
      silent: true,
    });
  }

  /**
   * What an object has in private fields, where the inspector can be asked for them without running the program's code.
   * @param {any} value
   * @returns {Part[] | null} null: none, or it cannot be asked
   */
  privateFields(value) {
    if (isProxy(value) || !this.#mayHave(value) || !isSafeToAsk(value)) return null;
    setGiven(value);
    const { result } = this.#call(this.#giveId, 'function () { return this(); }', []);
    const { privateProperties = [] } = this.#session.post('Runtime.getProperties', {
      objectId: result.objectId,
      ownProperties: true,
      generatePreview: false,
    });
    if (privateProperties.length === 0) return null;
    const held = privateProperties.map((/** @type {any} */ { value: remote }) => remote);
    const live = this.of(
      held
        .filter((/** @type {any} */ remote) => remote?.objectId)
        .map((/** @type {any} */ remote) => remote.objectId),
    );
    return privateProperties.map((/** @type {any} */ { name, value: remote }) => {
      // A private accessor, which is not called.
      if (!remote) return { name, property: { get: accessor, enumerable: false } };
      const own = remote.objectId ? live.get(remote.objectId) : primitiveOf(remote);
      return { name, property: { value: own, enumerable: false } };
    });
  }

  /** Whether a class of the object's has private fields. @param {any} value */
  #mayHave(value) {
    let at = getPrototypeOf(value);
    for (let depth = 0; at !== null && depth < MAX_CHAIN; depth++) {
      if (isProxy(at)) return false;
      const made = getOwnPropertyDescriptor(at, 'constructor')?.value;
      if (typeof made === 'function' && !isProxy(made) && this.#isWithFields(made)) return true;
      at = getPrototypeOf(at);
    }
    return false;
  }

  /** @param {Function} made a class */
  #isWithFields(made) {
    let known = this.#classes.get(made);
    if (known === undefined) {
      known = apply(sourceOf, made, []).includes('#');
      this.#classes.set(made, known);
    }
    return known;
  }
}

/** Stands for a private getter or setter. */
function accessor() {}

/** @param {any} remote of a primitive */
function primitiveOf({ type, value, unserializableValue }) {
  if (unserializableValue === undefined) return value;
  return type === 'bigint' ? BigInt(unserializableValue.slice(0, -1)) : Number(unserializableValue);
}

/**
 * The inspector calls getters that have no source (bound functions, Proxies), and reads what a value inherits as `splice`
 * and `length`, or an error's name and message, to describe it.
 * @param {any} value no Proxy
 */
function isSafeToAsk(value) {
  if (!isSafeToName(value)) return false;
  return ownKeys(value).every((key) => {
    const property = getOwnPropertyDescriptor(value, key);
    if (!property) return true;
    if (property.get && !isErrorGetter(property.get) && !hasSource(property.get)) return false;
    return isSafeToName(property.value);
  });
}

/** @param {any} value */
function isSafeToName(value) {
  if (typeof value !== 'object' || value === null || isProxy(value)) return true;
  for (let at = value; at !== null; at = getPrototypeOf(at)) {
    if (isProxy(at)) return false;
    for (const name of ['splice', 'length', 'stack', 'name', 'message']) {
      const get = getOwnPropertyDescriptor(at, name)?.get;
      if (get && !isErrorGetter(get)) return false;
    }
  }
  return true;
}

/** @param {Function} get */
function hasSource(get) {
  return !isProxy(get) && !apply(sourceOf, get, []).endsWith('{ [native code] }');
}

module.exports = { LiveValues };
