'use strict';

/**
 * One of Node's own modules, loaded when it is first needed: each costs start-up time and memory that a program
 * which never crashes should not pay. Not through `require` where Node offers another way, because the program may have
 * hooked that, and no code of its own may run inside a capture.
 * @param {string} name such as "node:v8"
 * @returns {any}
 */
function builtin(name) {
  const { getBuiltinModule } = /** @type {any} */ (process);
  return getBuiltinModule?.(name) ?? require(name);
}

module.exports = { builtin };
