'use strict';

const { isProxy, program } = require('../builtins.js');

const { getOwnPropertyDescriptor } = Object;

/** @returns {any} The program's Error, which Node asks for its formatter: null when it cannot be known without running its code. */
function programError() {
  const value = getOwnPropertyDescriptor(program, 'Error')?.value;
  return typeof value === 'function' && !isProxy(value) ? value : null;
}

/** Whether the program formats stacks itself. Node's own default is a function of this name (Node 20 to 26). */
function hasUserStackFormatting() {
  const error = programError();
  if (!error) return true;
  const own = getOwnPropertyDescriptor(error, 'prepareStackTrace');
  if (!own) return false;
  if (typeof own.value !== 'function') return own.get !== undefined;
  return getOwnPropertyDescriptor(own.value, 'name')?.value !== 'ErrorPrepareStackTrace';
}

/**
 * @template T
 * @param {unknown} standIn for the program's Error.prepareStackTrace, if it has one, while `body` runs
 * @param {() => T} body
 * @returns {T}
 */
function withStandIn(standIn, body) {
  const error = programError();
  const own = error && getOwnPropertyDescriptor(error, 'prepareStackTrace');
  if (!hasUserStackFormatting() || !own?.writable) return body();
  try {
    error.prepareStackTrace = standIn;
    return body();
  } finally {
    error.prepareStackTrace = own.value;
  }
}

/**
 * Runs `body`, which makes errors of its own and reads their stacks, as if the program formatted none.
 * @template T
 * @param {() => T} body
 * @returns {T}
 */
function withDefaultStackFormatting(body) {
  return withStandIn(undefined, body);
}

module.exports = {
  programError,
  hasUserStackFormatting,
  withDefaultStackFormatting,
};
