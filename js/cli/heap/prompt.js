/** Questions and answers over one loaded snapshot. */

const readline = require('node:readline');
const { printable } = require('../render/text');
const { QUESTIONS } = require('./questions');

/** @typedef {InstanceType<typeof import('../../heap').HeapSnapshot>} HeapSnapshot */

const HELP = [...QUESTIONS, { name: 'exit', usage: '', meaning: 'ends it' }]
  .map(({ name, usage, meaning }) => `  ${`${name} ${usage}`.trim().padEnd(30)} ${meaning}\n`)
  .join('');

/**
 * Words of a line; quotes keep spaces together.
 * @param {string} line
 */
function wordsOf(line) {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}

/**
 * @param {HeapSnapshot} heap
 * @param {import('../render/paper').Paper} paper
 * @param {(text: string) => void} print
 */
async function prompt(heap, paper, print) {
  const classes = (await heap.classes()).map(({ name }) => name);
  const complete = (/** @type {string} */ line) => {
    const [, command, rest] = line.match(/^\s*(\w*)(?:\s+(.*))?$/) ?? [];
    if (rest === undefined) {
      const names = [...QUESTIONS.map(({ name }) => name), 'help', 'exit'];
      return [names.filter((name) => name.startsWith(command)).map((name) => `${name} `), command];
    }
    const isClass = command === 'instances' || command === 'objects';
    return [isClass ? classes.filter((name) => name.startsWith(rest)).slice(0, 50) : [], rest];
  };
  const lines = readline.createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: 'heap> ',
    completer: /** @type {any} */ (complete),
    historySize: 500,
    removeHistoryDuplicates: true,
  });
  print(`${heap.file}: help lists what can be asked\n`);
  // At the end of its input it is closed before the last line has been answered.
  let isOpen = true;
  lines.once('close', () => {
    isOpen = false;
  });
  lines.prompt();
  for await (const line of lines) {
    const [name, ...words] = wordsOf(line);
    if (name === 'exit' || name === 'quit') break;
    if (name === 'help') print(HELP);
    else if (name !== undefined) print(await answer(heap, name, words, paper));
    if (isOpen) lines.prompt();
  }
  lines.close();
}

/** @param {HeapSnapshot} heap @param {string} name @param {string[]} words @param {import('../render/paper').Paper} paper */
async function answer(heap, name, words, paper) {
  const question = QUESTIONS.find((one) => one.name === name);
  if (!question) return `there is no ${printable(name)}: help lists what can be asked\n`;
  try {
    return `${question.render(await question.ask(heap, words, {}), paper).join('\n')}\n`;
  } catch (error) {
    return `${printable(/** @type {Error} */ (error).message)}\n`;
  }
}

module.exports = { prompt };
