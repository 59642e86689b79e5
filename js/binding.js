'use strict';

// The compiled addon, or why there is none.
const fs = require('node:fs');
const { codedError } = require('./errors.js');
const { ADDON: file, loadAddon } = require('./own-modules.js');

/**
 * @returns {any} the functions of addon/binding/addon.cc
 * @throws {Error & {code: string}} ERR_LOOPDET_NO_BINARY, ERR_LOOPDET_PERMISSION, ERR_LOOPDET_BINARY
 */
function loadBinding() {
  try {
    return loadAddon();
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ERR_DLOPEN_DISABLED') throw codedError('ERR_LOOPDET_PERMISSION');
    if (!fs.existsSync(file)) throw codedError('ERR_LOOPDET_NO_BINARY', file);
    throw codedError('ERR_LOOPDET_BINARY', file, message);
  }
}

module.exports = { loadBinding, file };
