/**
 * TABLE of commands. A new command is one file and one row.
 *
 * @typedef {object} Invocation
 * @property {string[]} args
 * @property {Record<string, any>} options
 * @property {import('../render/paper').Paper} paper standard output
 * @property {(text: string) => void} print to standard output
 *
 * @typedef {object} Command
 * @property {string} name
 * @property {string} usage arguments, as commander writes them
 * @property {string} summary
 * @property {[string, string][]} options flags and meaning
 * @property {string} [details] for its help
 * @property {string[]} [examples] likewise
 * @property {boolean} [takesCommand] what follows its first word is another program's, options too
 * @property {(invocation: Invocation) => number | Promise<number>} run answers the exit code
 */

/** @type {Command[]} */
module.exports = [
  require('./run'),
  require('./attach'),
  require('./compare'),
  require('./heap'),
  require('./show'),
  require('./ls'),
  require('./recover'),
  require('./serve'),
  require('./ship'),
  require('./redact-check'),
  require('./doctor'),
];
