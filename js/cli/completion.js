/** What Tab offers for the arguments of commands, beside their options. */

const fs = require('node:fs');
const path = require('node:path');
const { listNodeProcesses } = require('../attach/target');

/** @typedef {[value: string, description: string]} Offer */

const MOST_WORDS = 60;

/** Files and folders, as far as the word has been typed. @returns {Offer[]} */
function paths() {
  const word = process.argv.at(-1) ?? '';
  const folder = word.slice(0, word.lastIndexOf('/') + 1);
  try {
    return fs
      .readdirSync(folder || '.', { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') || path.basename(word).startsWith('.'))
      .map((entry) => [`${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`, '']);
  } catch {
    return [];
  }
}

/** @returns {Offer[]} */
function processes() {
  return listNodeProcesses()
    .filter(({ pid }) => pid !== process.pid)
    .map(({ pid, command }) => [String(pid), command.join(' ').slice(0, MOST_WORDS)]);
}

/** What the first argument of a command is; the others are paths. @type {Record<string, () => Offer[]>} */
const ARGUMENTS = { attach: processes };

/**
 * Adds the command `complete`, which prints a shell's script or answers it.
 * @param {import('commander').Command} program
 */
async function addCompletion(program) {
  const { default: add } = await import('@bomb.sh/tab/commander');
  const completion = add(program);
  for (const [name, command] of completion.commands) {
    const offers = ARGUMENTS[name] ?? paths;
    for (const argument of command.arguments.values()) {
      argument.handler = (offer) => {
        for (const [value, description] of offers()) offer(value, description);
      };
    }
  }
}

module.exports = { addCompletion };
