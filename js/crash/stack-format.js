'use strict';

/** Whether the program formats stacks itself. Node's own default is a function of this name (Node 20 to 26). */
function hasUserStackFormatting() {
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  if (!own) return false;
  if (typeof own.value !== 'function') return own.get !== undefined;
  return Object.getOwnPropertyDescriptor(own.value, 'name')?.value !== 'ErrorPrepareStackTrace';
}

/**
 * @template T
 * @param {unknown} standIn for the program's Error.prepareStackTrace, if it has one, while `body` runs
 * @param {() => T} body
 * @returns {T}
 */
function withStandIn(standIn, body) {
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  if (!hasUserStackFormatting() || !own?.writable) return body();
  try {
    Error.prepareStackTrace = /** @type {any} */ (standIn);
    return body();
  } finally {
    Error.prepareStackTrace = own.value;
  }
}

/**
 * Runs `body`, in which the inspector may describe errors, while no code of the program can run to format their stacks.
 * The stand-in throws, and V8 then leaves the stack unformatted for whoever asks next.
 * @template T
 * @param {() => T} body
 * @returns {T}
 */
function withoutUserStackFormatting(body) {
  return withStandIn(() => {
    throw null;
  }, body);
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
  hasUserStackFormatting,
  withDefaultStackFormatting,
  withoutUserStackFormatting,
};
