'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { cleanEnvironment } = require('../lib/processes');

/** @typedef {import('./kinds').Kind} Kind */

/**
 * What a tool wrote down of one crash.
 * @typedef {object} Captured
 * @property {string} message
 * @property {number} frames
 * @property {number} framesWithLocals
 * @property {number} framesWithSource
 * @property {number} samples of its CPU profile
 * @property {string} requests what it knows of those under way, as text
 * @property {number} [captureMs] as it says itself
 * @property {number} [writeMs] likewise
 */

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} title
 * @property {import('../lib/types').Arm['kind']} kind
 * @property {Record<string, string>} env
 * @property {(root: string, kind: Kind) => string[]} execArgv
 * @property {RegExp[]} ownLines of stderr: what the tool says there itself
 * @property {(folder: string) => Captured[]} read what it left in the program's working directory
 * @property {'locals' | 'file'} claim what a throw in a timer has to give, or the tool is not measured
 */

const preload = (/** @type {string} */ name) => [
  '--require',
  path.join(__dirname, 'preload', name),
];
const nothing = () => [];

const SENTRY = path.join(__dirname, '../peers/node_modules/@sentry/node/package.json');
const LOOPDET = path.join(__dirname, '../../../js/cli/main.js');

/**
 * The ways to crash that are compared.
 * @type {Tool[]}
 */
const TOOLS = [
  {
    name: 'bare',
    title: 'bare Node',
    kind: 'bare',
    env: {},
    execArgv: nothing,
    ownLines: [],
    read: nothing,
    claim: 'file',
  },
  {
    name: 'report',
    title: '--report-uncaught-exception',
    kind: 'peer',
    env: {},
    execArgv: (_root, { isFatal }) => [
      '--report-uncaught-exception',
      ...(isFatal ? ['--report-on-fatalerror'] : []),
    ],
    ownLines: [/^Writing Node\.js report to file: /, /^Node\.js report completed$/],
    read: readReports,
    claim: 'file',
  },
  {
    name: 'loopdet',
    title: 'loopdet',
    kind: 'ours',
    env: {},
    execArgv: (root) => ['--require', root],
    ownLines: [/^loopdet: /],
    read: readLoopdet,
    claim: 'locals',
  },
  {
    name: 'no-profile',
    title: 'loopdet, LOOPDET_PROFILE=off',
    kind: 'ours',
    env: { LOOPDET_PROFILE: 'off' },
    execArgv: (root) => ['--require', root],
    ownLines: [/^loopdet: /],
    read: readLoopdet,
    claim: 'locals',
  },
  {
    name: 'sentry',
    title: '@sentry/node, includeLocalVariables',
    kind: 'peer',
    env: {},
    execArgv: () => preload('sentry.js'),
    ownLines: [
      /^Debugger (listening on|attached|ending on)/,
      /^For help, see: https:\/\/nodejs\.org\//,
    ],
    read: readSentry,
    claim: 'locals',
  },
  {
    name: 'postmortem',
    title: 'postmortem technique (always-on inspector)',
    kind: 'peer',
    env: {},
    execArgv: () => preload('postmortem.js'),
    ownLines: [],
    read: readPostmortem,
    claim: 'locals',
  },
];

/** @param {string} folder @param {RegExp} name @returns {any[]} the JSON files there */
function readJsonFiles(folder, name) {
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder).filter((file) => name.test(file));
  return names.map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')));
}

/** @param {string} folder @returns {Captured[]} */
function readReports(folder) {
  return readJsonFiles(folder, /^report\..*\.json$/).map(({ javascriptStack, header, libuv }) => {
    const stack = /** @type {string[]} */ (javascriptStack.stack ?? []);
    return {
      // Of a value that is no error it has what stands in its place.
      message: `${header.event} ${javascriptStack.message}`,
      frames: stack.filter((line) => line.startsWith('at ')).length,
      framesWithLocals: 0,
      framesWithSource: 0,
      samples: 0,
      requests: JSON.stringify(libuv),
    };
  });
}

/** @param {string} folder @returns {Captured[]} */
function readLoopdet(folder) {
  const own = path.join(folder, 'loopdet');
  if (!fs.existsSync(own)) return [];
  if (fs.readdirSync(own).some((name) => name.endsWith('.ring'))) recover(own);
  const profiles = readJsonFiles(own, /\.cpuprofile$/);
  return readJsonFiles(own, /^crash\..*\.json$/).map((document) => {
    const { error, frames = [], io, overhead, Scripts = {}, blackbox } = document;
    const inFlight = io?.inFlight ?? blackbox?.io ?? [];
    const sources = Object.values(Scripts).filter(({ source }) => source);
    const urls = new Set(sources.map(({ params }) => params.url));
    return {
      message: `${error?.name}: ${error?.message} ${error?.thrownValue ? JSON.stringify(error.thrownValue) : ''}`,
      frames: frames.length,
      framesWithLocals: count(frames, ({ scopes }) => scopes?.length > 0),
      framesWithSource: count(frames, ({ url }) => urls.has(url)),
      samples: Math.max(0, ...profiles.map(({ samples }) => samples.length)),
      requests: JSON.stringify(inFlight),
      ...(overhead?.captureMs === undefined
        ? {}
        : { captureMs: overhead.captureMs, writeMs: overhead.writeMs }),
    };
  });
}

/** As the next process would. @param {string} folder */
function recover(folder) {
  const argv = [LOOPDET, 'recover', folder];
  spawnSync(process.execPath, argv, { env: cleanEnvironment(), timeout: 20_000 });
}

/** @param {string} folder @returns {Captured[]} */
function readSentry(folder) {
  const file = path.join(folder, 'sentry.envelopes');
  if (!fs.existsSync(file)) return [];
  const items = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const events = items.map((line) => JSON.parse(line)).filter(({ exception }) => exception);
  return events.map(({ exception, breadcrumbs }) => {
    const frames = exception.values.flatMap(
      (/** @type {any} */ { stacktrace }) => stacktrace?.frames ?? [],
    );
    return {
      message: exception.values.map((/** @type {any} */ { value }) => value).join(' '),
      frames: frames.length,
      framesWithLocals: count(frames, ({ vars }) => vars && Object.keys(vars).length > 0),
      framesWithSource: count(frames, ({ context_line: line }) => line !== undefined),
      samples: 0,
      requests: JSON.stringify(breadcrumbs ?? []),
    };
  });
}

/** @param {string} folder @returns {Captured[]} */
function readPostmortem(folder) {
  return readJsonFiles(folder, /^postmortem\..*\.json$/).map(({ error, frames, sources }) => ({
    message: `${error?.description ?? error?.value} ${JSON.stringify(error?.preview ?? '')}`,
    frames: frames.length,
    framesWithLocals: count(frames, ({ scopes }) => scopes.length > 0),
    framesWithSource: count(frames, ({ location }) => sources[location.scriptId]),
    samples: 0,
    requests: '',
  }));
}

/** @param {any[]} list @param {(one: any) => unknown} test */
const count = (list, test) => list.filter(test).length;

/** @param {string} name @returns {Tool} */
function findTool(name) {
  const tool = TOOLS.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool is named ${name}`);
  return tool;
}

/** null: it is not installed */
function sentryVersion() {
  return fs.existsSync(SENTRY) ? JSON.parse(fs.readFileSync(SENTRY, 'utf8')).version : null;
}

module.exports = { TOOLS, findTool, sentryVersion };
