/** What `run` and `attach` have in common: their options, their lines, and what becomes of the report. */

const fs = require('node:fs');
const path = require('node:path');
const { paperFor } = require('./environment');
const { toJson } = require('./render/json');
const { renderLive } = require('./render/live');
const { renderRunReport } = require('./render/run-report');

/** @typedef {import('../run/program').Report} Report */

/** The program did not end by itself and well. */
const EXIT_DIED = 2;
// Of a period, with --watch alone.
const PERIOD_S = 10;
// What a heap must have grown by to be worth a line.
const GROWTH = 1.5;
const GROWTH_BYTES = 10e6;

/** @type {[string, string][]} */
const WATCH_OPTIONS = [
  [
    '-t, --threshold <ms>',
    'a turn of the loop busy for longer is a lag (LOOPDET_LAG_THRESHOLD_MS)',
  ],
  ['--io-threshold <ms>', 'slower operations are told of (LOOPDET_IO_THRESHOLD_MS)'],
  [
    '-w, --watch',
    `a report every so many seconds (-d, ${PERIOD_S} if not said), until it is stopped or ends`,
  ],
  ['--save-profile <file>', 'the CPU profile of all that time, for Chrome DevTools and speedscope'],
  [
    '--heap-snapshot <file>',
    'a heap snapshot at the end of it; the program stands still meanwhile',
  ],
  ['--heap-stats', 'what is on the heap at the end of it, by space and by class'],
  ['--html <file>', 'the report as one page with pictures'],
  ['--json', 'print the report as one JSON document; with --watch, one a line'],
  ['--quiet', 'no lines meanwhile'],
];

/** @param {string} name of the option @param {string | undefined} given @param {number} least @returns {number | undefined} */
function numberOf(name, given, least) {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() !== '' && value >= least && Number.isFinite(value)) return value;
  throw new Error(`${name} takes a number from ${least} on, not ${given}`);
}

/**
 * What they ask of the recorder, by the keys of js/config.js.
 * @param {Record<string, any>} options
 * @returns {Record<string, string>}
 */
function settingsOf({ threshold, ioThreshold, heapStats, heapSnapshot }) {
  const heap = [heapStats && 'stats', heapSnapshot !== undefined && 'snapshot'].filter(Boolean);
  const settings = {
    lagThresholdMs: numberOf('--threshold', threshold, 1),
    ioThresholdMs: numberOf('--io-threshold', ioThreshold, 0),
    summaryHeap: heap.length > 0 ? heap.join(',') : undefined,
  };
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, String(value)]),
  );
}

/** @param {Record<string, any>} options */
function secondsOf({ duration, watch }) {
  return numberOf('--duration', duration, 0.1) ?? (watch ? PERIOD_S : 0);
}

/** Standard output may be the program's: what a person reads goes to the other. */
class Watching {
  #options;
  #print;
  #paper = paperFor(/** @type {any} */ (process.stderr));
  /** Around what is written to the terminal. @type {InstanceType<typeof import('./progress').Progress> | null} */
  #progress;
  /** @type {number | undefined} */
  #pid;
  /** Heaps as they were last shown. @type {Map<string, number>} */
  #heaps = new Map();

  /**
   * @param {Record<string, any>} options
   * @param {(text: string) => void} print
   * @param {InstanceType<typeof import('./progress').Progress> | null} [progress]
   */
  constructor(options, print, progress = null) {
    this.#options = options;
    this.#print = print;
    this.#progress = progress;
  }

  onStart = (/** @type {number} */ pid) => {
    this.#pid = pid;
  };

  onEvent = (/** @type {any} */ event) => {
    const { json, quiet } = this.#options;
    if (json || quiet || (event.event === 'memory' && !this.#hasGrown(event))) return;
    this.say(renderLive(event, this.#paper, this.#pid));
  };

  /** It comes each second: a line for each time that a thread's heap has grown. @param {any} event */
  #hasGrown({ pid, threadId, heapUsed }) {
    const key = `${pid} ${threadId}`;
    const shown = this.#heaps.get(key);
    if (shown !== undefined && heapUsed < Math.max(shown * GROWTH, shown + GROWTH_BYTES))
      return false;
    this.#heaps.set(key, heapUsed);
    return shown !== undefined;
  }

  onReport = (/** @type {Report} */ report) => {
    const { json, watch, heapStats } = this.#options;
    if (!json) this.say(`\n${renderRunReport(report, this.#paper, { heap: heapStats === true })}`);
    else this.#print(watch ? `${JSON.stringify(report)}\n` : toJson(report));
  };

  /** @param {string} text */
  say(text) {
    if (text === '') return;
    if (this.#progress) this.#progress.around(() => process.stderr.write(text));
    else process.stderr.write(text);
  }

  /** @param {Report} report the last @returns {number} the exit code */
  conclude(report) {
    this.onReport(report);
    const { saveProfile, heapSnapshot, html } = this.#options;
    if (html !== undefined) {
      const { reportPage } = require('../viewer/pages/report');
      fs.writeFileSync(html, String(reportPage(report)));
    }
    const { profile, heap } = report;
    if (saveProfile !== undefined) save('CPU profile', profile?.file, saveProfile, profile?.error);
    if (heapSnapshot !== undefined) save('heap snapshot', heap?.file, heapSnapshot);
    const { code, stopped, goesOn } = report.end;
    return stopped || goesOn || code === 0 ? 0 : EXIT_DIED;
  }
}

/**
 * @param {string} what
 * @param {string | null | undefined} source
 * @param {string} file
 * @param {string} [why] there is none
 */
function save(
  what,
  source,
  file,
  why = 'the program ended without a summary, or this thread has none',
) {
  if (!source) throw new Error(`there is no ${what} to save: ${why}`);
  fs.copyFileSync(source, path.resolve(file));
}

module.exports = { WATCH_OPTIONS, Watching, numberOf, secondsOf, settingsOf };
