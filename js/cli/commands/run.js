const fs = require('node:fs');
const path = require('node:path');
const { runProgram } = require('../../run/program');
const { paperFor } = require('../environment');
const { toJson } = require('../render/json');
const { renderLive } = require('../render/live');
const { renderRunReport } = require('../render/run-report');

/** The program did not end by itself and well. */
const EXIT_DIED = 2;

/** @param {string} name of the option @param {string | undefined} given @param {number} least @returns {number | undefined} */
function numberOf(name, given, least) {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() !== '' && value >= least && Number.isFinite(value)) return value;
  throw new Error(`${name} takes a number from ${least} on, not ${given}`);
}

/** @param {Record<string, any>} options @returns {Record<string, string>} */
function environmentOf({ threshold, ioThreshold }) {
  const lag = numberOf('--threshold', threshold, 1);
  const io = numberOf('--io-threshold', ioThreshold, 0);
  return {
    ...(lag === undefined ? {} : { LOOPDET_LAG_THRESHOLD_MS: String(lag) }),
    ...(io === undefined ? {} : { LOOPDET_IO_THRESHOLD_MS: String(io) }),
  };
}

/** @param {any} report @param {string} file */
function saveProfile({ profile }, file) {
  if (!profile?.file)
    throw new Error('there is no CPU profile to save: the program ended without a summary');
  fs.copyFileSync(profile.file, path.resolve(file));
}

/** @type {import('./index').Command} */
module.exports = {
  name: 'run',
  usage: '<program> [arguments...]',
  summary:
    'run a program, show what blocks it and what is slow as it happens, and report at the end',
  options: [
    ['-d, --duration <seconds>', 'stop it after so long (SIGTERM)'],
    [
      '-t, --threshold <ms>',
      'a turn of the loop busy for longer is a lag (LOOPDET_LAG_THRESHOLD_MS)',
    ],
    ['--io-threshold <ms>', 'slower operations are told of (LOOPDET_IO_THRESHOLD_MS)'],
    [
      '--save-profile <file>',
      'the CPU profile of the whole run, for Chrome DevTools and speedscope',
    ],
    ['--html <file>', 'the report as one page with pictures'],
    ['--json', 'print the report as one JSON document; the output of the program goes to stderr'],
    ['--quiet', 'no lines while it runs'],
  ],
  examples: [
    'loopdet run -- server.js --port 8080',
    'loopdet run -d 30 --json -- server.js > report.json',
    'loopdet run -- npm start',
  ],
  takesCommand: true,
  async run({ args: words, options, print }) {
    const seconds = numberOf('--duration', options.duration, 0.1) ?? 0;
    // Standard output is the program's.
    const paper = paperFor(/** @type {any} */ (process.stderr));
    const say = (/** @type {string} */ text) => process.stderr.write(text);
    /** @type {number | undefined} */
    let pid;
    const report = await runProgram({
      words,
      seconds,
      environment: environmentOf(options),
      ownsStdout: !options.json,
      onStart: (started) => {
        pid = started;
      },
      onEvent: (event) => {
        if (!options.json && !options.quiet) say(renderLive(event, paper, pid));
      },
    });
    if (options.json) print(toJson(report));
    else say(`\n${renderRunReport(report, paper)}`);
    if (options.saveProfile !== undefined) saveProfile(report, options.saveProfile);
    if (options.html !== undefined) {
      const { reportPage } = require('../../viewer/pages/report');
      fs.writeFileSync(options.html, String(reportPage(report)));
    }
    const { code, stopped } = report.end;
    return stopped || code === 0 ? 0 : EXIT_DIED;
  },
};
