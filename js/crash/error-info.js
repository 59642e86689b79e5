'use strict';

const { describeValue } = require('./describe.js');
const { redactValue } = require('./redact.js');
const { isObject, readQuietly } = require('./read-quietly.js');
// A Proxy's traps are the program's code.
const { isProxy, isNativeError } = require('../builtins.js');

const MAX_CAUSES = 10;
const MAX_PROPERTIES = 50;
const SHOWN = new Set(['name', 'message', 'stack', 'cause', 'code', 'errors']);
const { getOwnPropertyDescriptor, getOwnPropertyNames } = Object;

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? value : null;
}

/**
 * @typedef {object} ErrorInfo the crash file's `error`
 * @property {string | null} name
 * @property {string | null} message
 * @property {string | null} stack
 * @property {string | number | null} code
 * @property {Record<string, {type: string, text: string}>} properties
 * @property {ErrorInfo | null} cause
 * @property {ErrorInfo[]} [errors] of an AggregateError
 * @property {{type: string, text: string} | null} thrownValue of a throw that was not an error
 */

/** Its name, or where the program computes that, its class's. @param {any} error */
function nameOf(error) {
  const name = text(readQuietly(error, 'name'));
  if (name !== null) return name;
  const made = readQuietly(error, 'constructor');
  return isObject(made) ? text(readQuietly(made, 'name')) : null;
}

/**
 * @param {any} error what was thrown
 * @param {number} [depth]
 * @returns {ErrorInfo}
 */
function describeError(error, depth = 0) {
  const isError =
    isObject(error) &&
    !isProxy(error) &&
    (isNativeError(error) || text(readQuietly(error, 'stack')) !== null);
  if (!isError) {
    const thrownValue = isProxy(error) ? { type: 'proxy', text: 'Proxy' } : describeValue(error);
    const message = isObject(error) && !isProxy(error) ? text(readQuietly(error, 'message')) : null;
    const properties = isObject(error) && !isProxy(error) ? readProperties(error) : {};
    return { name: null, message, stack: null, code: null, properties, cause: null, thrownValue };
  }
  const errors = depth < MAX_CAUSES ? readQuietly(error, 'errors') : undefined;
  const code = readQuietly(error, 'code');
  const cause = readQuietly(error, 'cause');
  return {
    name: nameOf(error),
    message: text(readQuietly(error, 'message')),
    stack: text(readQuietly(error, 'stack')),
    code: typeof code === 'string' || typeof code === 'number' ? code : null,
    properties: readProperties(error),
    cause: cause === undefined || depth >= MAX_CAUSES ? null : describeError(cause, depth + 1),
    ...(Array.isArray(errors) && !isProxy(errors) ? { errors: describeAll(errors, depth) } : {}),
    thrownValue: null,
  };
}

/** @param {unknown[]} errors @param {number} depth @returns {ErrorInfo[]} */
function describeAll(errors, depth) {
  const described = [];
  for (let i = 0; i < Math.min(errors.length, MAX_CAUSES); i++) {
    described.push(describeError(readQuietly(errors, String(i)), depth + 1));
  }
  return described;
}

/** @param {any} error */
function readProperties(error) {
  /** @type {Record<string, {type: string, text: string}>} */
  const properties = {};
  for (const name of getOwnPropertyNames(error).slice(0, MAX_PROPERTIES)) {
    if (SHOWN.has(name)) continue;
    const property = getOwnPropertyDescriptor(error, name);
    if (!property) continue;
    properties[name] =
      'value' in property
        ? describeValue(redactValue(name, property.value))
        : { type: 'accessor', text: '[getter, not called]' };
  }
  return properties;
}

module.exports = { describeError };
