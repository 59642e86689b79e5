/** The one place of the command line that looks at the environment and the terminal. */

const path = require('node:path');
const { readConfig } = require('../config');
const { createPaper } = require('./render/paper');

/** Lines of a file or a pipe have no width of their own: wide enough to read, not to ramble. */
const WIDTH_WITHOUT_TERMINAL = 100;

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} isTerminal
 * @returns {boolean} FORCE_COLOR first, then NO_COLOR (no-color.org), then whether a person looks
 */
function wantsColour(env, isTerminal) {
  if (env.FORCE_COLOR !== undefined) return !/^(?:0|false)$/.test(env.FORCE_COLOR);
  if (env.NO_COLOR) return false;
  return isTerminal && env.TERM !== 'dumb';
}

/**
 * Whether the locale can show lines and bars; unset is common in containers, and they can.
 * @param {NodeJS.ProcessEnv} env
 */
function wantsUnicode(env) {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return env.TERM !== 'linux' && (!locale || /utf-?8/i.test(locale));
}

/**
 * @param {NodeJS.WriteStream & { fd: 1 | 2 }} stream
 * @param {NodeJS.ProcessEnv} [env]
 */
function paperFor(stream, env = process.env) {
  const isTerminal = stream.isTTY === true;
  return createPaper({
    colour: wantsColour(env, isTerminal),
    unicode: wantsUnicode(env),
    // Some terminals say 0 columns; very wide ones make lines that the eye cannot follow.
    columns: isTerminal ? Math.min(stream.columns || 80, 180) : WIDTH_WITHOUT_TERMINAL,
    isTerminal,
  });
}

/**
 * Where a program started here would write to, in its shortest form.
 * @returns {string}
 */
function defaultDirectory() {
  const { directory } = readConfig().config;
  const relative = path.relative(process.cwd(), directory) || '.';
  return relative.length < directory.length ? relative : directory;
}

/** How much a program started here would keep in that directory. */
function keepLimits() {
  const { keepFiles, keepMegabytes } = readConfig().config;
  return { keepFiles, keepMegabytes };
}

/** Names that hold secrets for a program started here. @returns {string[]} */
function redactNames() {
  return readConfig().config.redactNames;
}

module.exports = { defaultDirectory, keepLimits, redactNames, paperFor, wantsColour, wantsUnicode };
