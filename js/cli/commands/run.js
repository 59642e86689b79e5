const { environmentOf, runProgram } = require('../../run/program');
const { WATCH_OPTIONS, Watching, secondsOf, settingsOf } = require('../watching');

/** @type {import('./index').Command} */
module.exports = {
  name: 'run',
  usage: '<program> [arguments...]',
  summary:
    'run a program, show what blocks it and what is slow as it happens, and report at the end',
  options: [['-d, --duration <seconds>', 'stop it after so long (SIGTERM)'], ...WATCH_OPTIONS],
  examples: [
    'loopdet run -- server.js --port 8080',
    'loopdet run -d 30 --json -- server.js > report.json',
    'loopdet run --watch -d 60 -- npm start',
  ],
  takesCommand: true,
  async run({ args: words, options, print }) {
    const watching = new Watching(options, print);
    const report = await runProgram({
      words,
      seconds: secondsOf(options),
      repeats: options.watch === true,
      environment: environmentOf(settingsOf(options)),
      ownsStdout: !options.json,
      ...watching,
    });
    return watching.conclude(report);
  },
};
