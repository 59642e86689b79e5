'use strict';

/** Wrong arguments: told in one line. */
class UsageError extends Error {}

/**
 * @template {{name: string}} T
 * @param {T[]} table
 * @param {string | undefined} names separated by commas; all rows without
 * @returns {T[]}
 */
function choose(table, names) {
  if (names === undefined) return table;
  return names.split(',').map((name) => {
    const row = table.find((candidate) => candidate.name === name);
    if (!row) throw new UsageError(`nothing is named ${name}; see --list`);
    return row;
  });
}

/** @param {string} name of the option @param {string} text */
function readNumber(name, text) {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`--${name} ${text} is not a number above 0`);
  return Number(text);
}

/**
 * What to print of an error that ended a benchmark.
 * @param {any} error
 * @param {string} help
 */
function describeError(error, help) {
  const usage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
  return usage ? `${error.message}\n\n${help}` : `${error.stack}\n`;
}

module.exports = { choose, describeError, readNumber };
