'use strict';

const { apply, isErrorGetter, isNativeError, isProxy } = require('../builtins.js');
const { hasUserStackFormatting } = require('./stack-format.js');

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;

/** @param {unknown} value */
function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/**
 * A property, without running the program's code: plain values, and what V8 and Node compute of their own errors.
 * @param {any} target
 * @param {string} name
 */
function readQuietly(target, name) {
  // Where the program has a part in formatting it, the frames of the capture stand in.
  if (name === 'stack' && (hasUserStackFormatting() || !hasPlainHeader(target))) return undefined;
  for (let at = target; isObject(at) && !isProxy(at); at = getPrototypeOf(at)) {
    const property = lookUp(at, name);
    if (!property) continue;
    if ('value' in property) return property.value;
    return isErrorGetter(property.get) ? readGetter(property.get, target) : undefined;
  }
  return undefined;
}

/**
 * Whether the first line of an error's stack, which is made when the stack is first asked for, comes from plain values.
 * @param {any} error
 */
function hasPlainHeader(error) {
  for (const name of ['name', 'message']) {
    let at = error;
    while (isObject(at) && !isProxy(at) && !getOwnPropertyDescriptor(at, name))
      at = getPrototypeOf(at);
    if (at === null) continue;
    if (isProxy(at)) return false;
    const { value, get } = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(at, name));
    if (isObject(value) || (get && !isErrorGetter(get))) return false;
  }
  return true;
}

/** @param {any} target @param {string} name @returns {PropertyDescriptor | undefined} */
function lookUp(target, name) {
  try {
    return getOwnPropertyDescriptor(target, name);
  } catch {
    // The stack of an error of Node 20, which a capture does not format: see addon/binding/stack_format.h.
    return undefined;
  }
}

/** @param {any} get one of Node's @param {any} target what inherits it @returns {any} undefined: it is not for this object */
function readGetter(get, target) {
  try {
    return apply(get, target, []);
  } catch {
    return undefined;
  }
}

/**
 * An own property. That of an error's stack, which reading may format, is as readQuietly finds it.
 * @param {any} target no Proxy
 * @param {PropertyKey} name
 * @returns {PropertyDescriptor | undefined} with neither value nor getter: it is there, and cannot be read
 */
function ownProperty(target, name) {
  // Node 20 formats the stack of an error as its property is looked up.
  const isQuiet = name === 'stack' && isNativeError(target);
  const property = isQuiet ? { enumerable: false } : getOwnPropertyDescriptor(target, name);
  if (!property || !(isQuiet || isErrorGetter(property.get))) return property;
  const value = readQuietly(target, /** @type {string} */ (name));
  const { enumerable, configurable = true } = property;
  return value === undefined ? { enumerable, configurable } : { value, enumerable, configurable };
}

module.exports = { isObject, ownProperty, readQuietly };
