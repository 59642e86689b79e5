'use strict';

// The only file that knows where the compiled addon lies.
const fs = require('node:fs');
const path = require('node:path');
const { codedError } = require('./errors.js');

const file = path.join(__dirname, '..', 'build', 'Release', 'loopdet.node');

/** @type {any} */
let binding = null;

/**
 * The compiled addon, loaded once per thread.
 * @returns {any} the functions of addon/binding/addon.cc
 * @throws {Error & {code: string}} ERR_LOOPDET_NO_BINARY, ERR_LOOPDET_PERMISSION, ERR_LOOPDET_BINARY
 */
function loadBinding() {
  if (binding) return binding;
  try {
    binding = require(file);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ERR_DLOPEN_DISABLED') throw codedError('ERR_LOOPDET_PERMISSION');
    if (!fs.existsSync(file)) throw codedError('ERR_LOOPDET_NO_BINARY', file);
    throw codedError('ERR_LOOPDET_BINARY', file, message);
  }
  return binding;
}

module.exports = { loadBinding, file };
