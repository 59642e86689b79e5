'use strict';

// The only file that reads the environment. One table makes the validation, `loopdet doctor` and the README's table.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/**
 * @typedef {object} Option
 * @property {string} name the environment variable
 * @property {string} key the name in code, in package.json's "loopdet" and in the API
 * @property {string | number | boolean} default what stands in the documentation
 * @property {string} meaning
 * @property {string} accepts what a warning says
 * @property {(text: string) => any} parse the value, or undefined if it is not accepted
 */

const BOOLEANS = new Map(
  [
    ['1', 'true', 'on', 'yes'].map((text) => /** @type {const} */ ([text, true])),
    ['0', 'false', 'off', 'no'].map((text) => /** @type {const} */ ([text, false])),
  ].flat(),
);

const boolean = {
  accepts: 'on, off, 1, 0, true, false, yes or no',
  parse: (/** @type {string} */ text) => BOOLEANS.get(text.toLowerCase()),
};

/** @param {number} least @param {number} most @param {string} unit */
function number(least, most, unit) {
  return {
    accepts: `a number of ${unit} from ${least} to ${most}`,
    parse: (/** @type {string} */ text) => {
      const value = Number(text);
      return text.trim() !== '' && value >= least && value <= most ? value : undefined;
    },
  };
}

/** @param {string[]} words */
function oneOf(...words) {
  return {
    accepts: words.join(', '),
    parse: (/** @type {string} */ text) =>
      words.includes(text.toLowerCase()) ? text.toLowerCase() : undefined,
  };
}

/** @param {string} accepts */
function list(accepts) {
  return {
    accepts,
    parse: (/** @type {string} */ text) =>
      text
        .split(',')
        .map((word) => word.trim())
        .filter(Boolean),
  };
}

/** @param {string[]} words */
function someOf(...words) {
  return {
    accepts: `off, or some of ${words.join(',')}`,
    parse: (/** @type {string} */ text) => {
      if (BOOLEANS.get(text.toLowerCase()) === false) return [];
      const given = text.split(',').map((word) => word.trim().toLowerCase());
      return given.every((word) => words.includes(word)) ? given : undefined;
    },
  };
}

const onOffOrKeep = {
  accepts: 'on, off or keep',
  parse: (/** @type {string} */ text) =>
    text.toLowerCase() === 'keep' ? 'keep' : BOOLEANS.get(text.toLowerCase()),
};

const IO_KINDS = ['http', 'fetch', 'dns', 'tcp', 'fs', 'child', 'server', 'pool'];

// Signals that Node, V8 or a shell need, or that cannot be caught.
const RESERVED_SIGNALS = [
  'SIGKILL',
  'SIGSTOP',
  'SIGUSR1',
  'SIGPROF',
  'SIGSEGV',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGABRT',
  'SIGTRAP',
];
const signal = {
  accepts: 'off, or the name of a signal such as SIGUSR2',
  parse: (/** @type {string} */ text) => {
    if (BOOLEANS.get(text.toLowerCase()) === false) return 'off';
    const name = text.toUpperCase();
    return name in os.constants.signals && !RESERVED_SIGNALS.includes(name) ? name : undefined;
  },
};

const directory = {
  accepts: 'the path of a directory',
  parse: (/** @type {string} */ text) => (text.includes('\0') ? undefined : text),
};

const socket = {
  accepts: 'the path of a socket, of less than 108 bytes',
  parse: (/** @type {string} */ text) =>
    text.includes('\0') || Buffer.byteLength(text) > 107 ? undefined : text,
};

/** @type {Option[]} */
// biome-ignore format: a table reads by its rows
const OPTIONS = [
  { name: 'LOOPDET_ENABLED', key: 'enabled', default: true, ...boolean, meaning: 'off: the addon loads and does nothing' },
  { name: 'LOOPDET_DIR', key: 'directory', default: './loopdet', ...directory, meaning: 'where every file goes; made with mode 0700, files 0600' },
  { name: 'LOOPDET_QUIET', key: 'quiet', default: false, ...boolean, meaning: 'no notice on stderr when a file is written' },
  { name: 'LOOPDET_LOG', key: 'log', default: 'off', ...oneOf('off', 'text', 'json'), meaning: 'live events on stderr: text or json (one object per line)' },
  { name: 'LOOPDET_EVENTS', key: 'events', default: '', ...socket, meaning: 'a Unix socket on which somebody listens to live events (lines of JSON) and a summary at the end, as loopdet run does' },
  { name: 'LOOPDET_SUMMARY_S', key: 'summaryS', default: 0, ...number(0, 86400, 'seconds'), meaning: 'with LOOPDET_EVENTS: the summary after so many seconds; 0 for at the end only' },
  { name: 'LOOPDET_SUMMARY_REPEAT', key: 'summaryRepeat', default: false, ...boolean, meaning: 'with LOOPDET_SUMMARY_S: one of each such time, again and again' },
  { name: 'LOOPDET_SUMMARY_HEAP', key: 'summaryHeap', default: 'off', ...someOf('stats', 'snapshot'), meaning: 'what a summary says of the heap: stats (classes, counted in a collection), snapshot (its file); off for its spaces only' },
  { name: 'LOOPDET_LAG_THRESHOLD_MS', key: 'lagThresholdMs', default: 50, ...number(1, 3600000, 'milliseconds'), meaning: 'a loop turn busy for longer is a lag event; a turn still busy after it is a stall' },
  { name: 'LOOPDET_STALL_SAMPLE_MS', key: 'stallSampleMs', default: 10, ...number(1, 60000, 'milliseconds'), meaning: 'how often the stack is sampled during a stall' },
  { name: 'LOOPDET_IO', key: 'io', default: IO_KINDS.join(','), ...someOf(...IO_KINDS), meaning: 'which kinds of I/O are timed; off for none' },
  { name: 'LOOPDET_IO_THRESHOLD_MS', key: 'ioThresholdMs', default: 500, ...number(0, 3600000, 'milliseconds'), meaning: 'slower operations are events' },
  { name: 'LOOPDET_CAPTURE', key: 'capture', default: 'throw', ...oneOf('throw', 'always', 'stack', 'off'), meaning: 'locals of a crash: throw (no running cost), always (rejections at their throw too; keeps the debugger on), stack (no locals), off' },
  { name: 'LOOPDET_CAPTURE_MAX_MS', key: 'captureMaxMs', default: 500, ...number(1, 600000, 'milliseconds'), meaning: 'time for one capture; what is cut is marked as cut' },
  { name: 'LOOPDET_CAPTURE_DEPTH', key: 'captureDepth', default: 3, ...number(0, 20, 'levels'), meaning: 'how deep objects are read' },
  { name: 'LOOPDET_CAPTURE_MAX_BYTES', key: 'captureMaxBytes', default: 8388608, ...number(1024, 1073741824, 'bytes'), meaning: 'size of one capture' },
  { name: 'LOOPDET_PROFILE', key: 'profile', default: true, ...boolean, meaning: 'rolling CPU profile' },
  { name: 'LOOPDET_PROFILE_INTERVAL_MS', key: 'profileIntervalMs', default: 10, ...number(0.1, 1000, 'milliseconds'), meaning: 'time between two samples of the profile' },
  { name: 'LOOPDET_PROFILE_WINDOW_S', key: 'profileWindowS', default: 30, ...number(1, 3600, 'seconds'), meaning: 'how far back the profile reaches' },
  { name: 'LOOPDET_HEAP_SIGNAL', key: 'heapSignal', default: 'SIGUSR2', ...signal, meaning: 'signal that writes a heap snapshot; off for none' },
  { name: 'LOOPDET_OOM', key: 'oom', default: 'report', ...oneOf('report', 'snapshot', 'off'), meaning: 'near the heap limit: report, snapshot (report and heap snapshot), off' },
  { name: 'LOOPDET_REPORT', key: 'report', default: 'off', ...someOf('memory', 'lag'), meaning: "when a report (a crash file of kind manual) is written: as memory nears the container's limit, as lags take half of the time; off for never" },
  { name: 'LOOPDET_FILES_PER_HOUR', key: 'filesPerHour', default: 60, ...number(0, 3600, 'files an hour'), meaning: 'stall files with their profiles, and reports: no more than that' },
  { name: 'LOOPDET_MAX_OVERHEAD', key: 'maxOverhead', default: 1, ...number(0, 100, 'percent of a core'), meaning: 'while recording itself takes more, samples (profile, stalls, stacks of I/O) become rarer, which a warning says; 0 for no limit' },
  { name: 'LOOPDET_BLACKBOX', key: 'blackbox', default: true, ...onOffOrKeep, meaning: 'the mapped flight recorder: on, off, or keep its file at a normal end too' },
  { name: 'LOOPDET_BLACKBOX_MB', key: 'blackboxMegabytes', default: 4, ...number(2, 1024, 'megabytes'), meaning: 'its size' },
  { name: 'LOOPDET_REDACT', key: 'redact', default: true, ...boolean, meaning: 'secrets are cut: by the name of what holds them, and by their looks' },
  { name: 'LOOPDET_REDACT_NAMES', key: 'redactNames', default: '', ...list('names separated by commas'), meaning: 'further names that hold secrets' },
  { name: 'LOOPDET_REDACT_SOURCES', key: 'redactSources', default: false, ...boolean, meaning: 'likewise in the sources that a crash file has' },
  { name: 'LOOPDET_ENV', key: 'env', default: 'off', ...oneOf('off', 'names', 'all'), meaning: 'environment variables in reports: off, names, all (redacted)' },
  { name: 'LOOPDET_KEEP_FILES', key: 'keepFiles', default: 50, ...number(1, 1000000, 'files'), meaning: 'oldest files of ours beyond this go first' },
  { name: 'LOOPDET_KEEP_MB', key: 'keepMegabytes', default: 1024, ...number(1, 1048576, 'megabytes'), meaning: 'likewise, by size' },
  { name: 'LOOPDET_V8_WITHOUT', key: 'without', default: '', ...list('names of features that `loopdet doctor` lists'), meaning: 'V8 features to do without, as if this Node lacked them' },
];

/**
 * The nearest package.json above a folder.
 * @param {string} from
 * @param {string} word without which its text is not worth parsing
 * @returns {Record<string, any>} {} where there is none, or not that word
 */
function readNearestPackage(from, word) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    // Not by trying: the throw hook is not armed yet, and V8 remembers that nobody asked (see UncaughtFlag).
    if (fs.existsSync(file)) return readPackageFile(file, word);
    if (folder === path.dirname(folder)) return {};
  }
}

/** @param {string} file @param {string} word @returns {Record<string, any>} */
function readPackageFile(file, word) {
  try {
    const text = fs.readFileSync(file, 'utf8');
    return text.includes(word) ? (JSON.parse(text) ?? {}) : {};
  } catch {
    return {};
  }
}

/** Its "loopdet" object, or {}. @param {string} from @returns {Record<string, unknown>} */
function readPackage(from) {
  const section = readNearestPackage(from, '"loopdet"').loopdet;
  return section && typeof section === 'object' ? section : {};
}

/**
 * @typedef {object} Setting
 * @property {Option} option
 * @property {any} value parsed
 * @property {'api' | 'environment' | 'package.json' | 'default'} source
 * @property {string | null} problem a warning: the value that was given is not accepted
 */

/**
 * Every option with its value: API call > environment > package.json "loopdet" > default.
 * @param {Record<string, unknown>} [given] by the API, under `key`
 * @param {Record<string, string | undefined>} [environment]
 * @returns {{settings: Setting[], config: Record<string, any>, warnings: string[]}}
 */
function readConfig(given = {}, environment = process.env) {
  const section = readPackage(process.cwd());
  /** @type {Setting[]} */
  const settings = [];
  /** @type {Record<string, any>} */
  const config = {};
  /** @type {string[]} */
  const warnings = [];
  for (const option of OPTIONS) {
    /** @type {Setting} */
    const setting = {
      option,
      value: option.parse(String(option.default)),
      source: 'default',
      problem: null,
    };
    const candidates = /** @type {const} */ ([
      ['api', given[option.key]],
      ['environment', environment[option.name] || undefined],
      ['package.json', section[option.key] ?? section[option.name]],
    ]);
    for (const [source, raw] of candidates) {
      if (raw === undefined || raw === null) continue;
      const value = option.parse(String(raw));
      if (value !== undefined) {
        setting.value = value;
        setting.source = source;
        break;
      }
      // A text of any length may have been given; the line stays a line.
      const shown = JSON.stringify(String(raw).slice(0, 80));
      setting.problem = `${option.name}=${shown} is not accepted (${option.accepts}): ${option.default} is used`;
      warnings.push(setting.problem);
      break;
    }
    settings.push(setting);
    config[option.key] = setting.value;
  }
  // Resolved now: the program may change its working directory before it crashes.
  config.directory = path.resolve(config.directory);
  return { settings, config, warnings };
}

/**
 * V8 and Node options that change what we may do, from the command line and NODE_OPTIONS.
 * @param {string} name such as "--cpu-prof"
 * @returns {string | null} its value ("" when it has none), or null when it was not given
 */
function nodeOption(name) {
  const words = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  for (const [at, word] of words.entries()) {
    // V8 takes underscores for dashes.
    const [given, value] = word.split('=', 2);
    if (given.replaceAll('_', '-') === name) return value ?? words[at + 1] ?? '';
  }
  return null;
}

module.exports = { OPTIONS, readConfig, readNearestPackage, nodeOption };
