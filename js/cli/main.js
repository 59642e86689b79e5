#!/usr/bin/env node

const { Command } = require('commander');
const commands = require('./commands');
const { paperFor } = require('./environment');
const { printable } = require('./render/text');
const { version } = require('../../package.json');

/** loopdet's own error, or wrong arguments. */
const EXIT_FAILURE = 1;

/** @param {string} message one line, whatever the arguments or the file put into it */
function complain(message) {
  process.stderr.write(`loopdet: ${printable(message)}\n`);
}

/** @param {string} text */
function print(text) {
  process.stdout.write(text);
}

/**
 * @param {Command} program
 * @param {import('./commands').Command} command
 */
function register(program, command) {
  const added = program.command(`${command.name} ${command.usage}`.trim());
  added.description(command.summary).summary(command.summary);
  for (const [flags, meaning] of command.options) added.option(flags, meaning);
  if (command.takesCommand) added.passThroughOptions();
  if (command.details) added.addHelpText('after', `\n${command.details}`);
  if (command.examples) {
    const lines = command.examples.map((example) => `  ${example}`);
    added.addHelpText('after', ['', 'Examples:', ...lines].join('\n'));
  }
  added.action(async () => {
    const invocation = {
      args: added.args,
      options: added.opts(),
      paper: paperFor(/** @type {any} */ (process.stdout)),
      print,
    };
    try {
      process.exitCode = await command.run(invocation);
    } catch (error) {
      complain(/** @type {Error} */ (error)?.message ?? String(error));
      process.exitCode = EXIT_FAILURE;
    }
  });
}

// `loopdet show FILE | head` closes the pipe early: that is no error.
process.stdout.on('error', (error) => {
  process.exit(/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE' ? 0 : EXIT_FAILURE);
});

const program = new Command('loopdet')
  .enablePositionalOptions()
  .description('A flight recorder inside the Node.js process: read what it wrote.')
  .version(version)
  .configureOutput({
    outputError: (text, write) => {
      // Commander quotes the arguments, and those may come from anywhere.
      for (const line of text
        .replace(/^error: /, 'loopdet: ')
        .trimEnd()
        .split('\n')) {
        if (line) write(`${printable(line)}\n`);
      }
    },
  })
  .showHelpAfterError('loopdet --help lists the commands');
for (const command of commands) register(program, command);
program.addHelpText(
  'after',
  '\nTab completes commands and options after "source <(loopdet complete bash)"; zsh and fish likewise.',
);

async function main() {
  if (process.argv[2] === 'complete') {
    const { addCompletion } = require('./completion');
    await addCompletion(program);
  }
  await program.parseAsync();
}

main();
