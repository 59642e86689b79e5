'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { writeScripts } = require('../lib/scripts');
const { differencesOf, figuresOf, linesOf } = require('./outcome');
const { KINDS } = require('./kinds');
const { TOOLS, findTool } = require('./tools');

/** @typedef {import('../lib/types').Workload} Workload */
/** @typedef {import('./kinds').Kind} Kind */

/**
 * One kind of crash in one size of program.
 * @typedef {object} Case
 * @property {Kind} kind
 * @property {number} scripts
 * @property {string} heap of HEAPS
 */

/** @type {Record<string, {megabytes: number, execArgv: string[], limitMs: number, needsBytes: number}>} */
const HEAPS = {
  small: { megabytes: 0, execArgv: [], limitMs: 30_000, needsBytes: 0 },
  '2g': {
    megabytes: 2048,
    execArgv: ['--max-old-space-size=6144'],
    limitMs: 180_000,
    needsBytes: 6 * 2 ** 30,
  },
};

const FEW_SCRIPTS = 10;

/** @param {Case} one */
const nameOf = ({ kind, scripts, heap }) => `${kind.name}-${scripts}-${heap}`;

/**
 * @param {{only: string[] | null, scripts: number[], heaps: string[]}} wanted
 * @returns {Case[]}
 */
function chooseCases({ only, scripts, heaps }) {
  return KINDS.filter(({ name }) => only === null || only.includes(name)).flatMap((kind) =>
    heaps.flatMap((heap) =>
      scripts
        .filter((count) => count === FEW_SCRIPTS || (kind.manyScripts && heap === 'small'))
        .filter(() => heap === 'small' || kind.largeHeap)
        .map((count) => ({ kind, scripts: count, heap })),
    ),
  );
}

/** Why a case cannot be measured on this machine, or null. @param {Case} one */
function problemOf({ heap }) {
  const { needsBytes } = HEAPS[heap];
  const text = fs.readFileSync('/proc/meminfo', 'utf8');
  const available = Number(/^MemAvailable: +(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  if (available >= needsBytes) return null;
  const gigabytes = (/** @type {number} */ bytes) => (bytes / 2 ** 30).toFixed(1);
  return `it needs ${gigabytes(needsBytes)} GB of memory, and ${gigabytes(available)} GB are free`;
}

// Another number for each run, the same sequence in each benchmark.
let seed = 0;

/**
 * A case as the driver measures it: every tool against bare Node. How the processes ended is kept beside the figures.
 * @param {Case} one
 * @param {number} turns
 * @returns {Workload & {ends: Map<string, import('./outcome').End[]>}}
 */
function workloadOf(one, turns) {
  const { kind, scripts, heap } = one;
  const { megabytes, execArgv, limitMs } = HEAPS[heap];
  /** @type {Map<string, import('./outcome').End[]>} */
  const ends = new Map(TOOLS.map(({ name }) => [name, []]));
  return {
    name: nameOf(one),
    title: `${kind.title}, ${scripts} scripts${heap === 'small' ? '' : `, ${heap} heap`}`,
    packages: false,
    sensitive: true,
    rounds: 5,
    turns,
    arms: TOOLS.map(({ name }) => name),
    armTable: TOOLS.map(({ name, title, kind: whose, env, execArgv: own }) => ({
      name,
      title,
      kind: whose,
      every: 1,
      env,
      execArgv: (/** @type {string} */ root) => [
        ...execArgv,
        ...(kind.execArgv ?? []),
        ...own(root, kind),
      ],
    })),
    figures: {},
    limits: [],
    ends,
    async open(arm, { processes, workspace }) {
      const folder = path.join(workspace, `scripts-${scripts}`);
      writeScripts(folder, scripts);
      const tool = findTool(arm.name);
      const file = path.join(__dirname, 'programs', kind.program);
      return {
        async slice() {
          const number = ++seed;
          const argv = [file, folder, String(megabytes), String(number)];
          const started = processes.startArm(arm, argv, { limitMs });
          const stdout = gather(started.child.stdout);
          const stderr = gather(started.child.stderr);
          const { code, signal, at } = await started.ended;
          const killedAfterMs = signal === 'SIGKILL' ? limitMs : 0;
          const lines = linesOf(stderr(), tool, number);
          ends.get(tool.name)?.push({ code, signal, killedAfterMs, stderr: lines });
          const thrown = /^\d+$/m.exec(stdout());
          const figures =
            tool.name === 'bare' ? {} : figuresOf(tool, kind, number, started.directory);
          await processes.finish(started);
          if (!thrown) throw new Error(`${tool.name} did not come to the crash: ${stderr()}`);
          return { exitMs: Number(at - BigInt(thrown[0])) / 1e6, ...figures };
        },
        close() {},
      };
    },
  };
}

/** @param {import('node:stream').Readable | null} stream @returns {() => string} all of it so far */
function gather(stream) {
  /** @type {string[]} */
  const parts = [];
  stream?.setEncoding('utf8').on('data', (text) => parts.push(text));
  return () => parts.join('');
}

/**
 * The differences of each tool's ends, of all rounds. Bare Node's own ends are not all alike (what a worker has printed by its
 * end): one that is like any of them is as bare Node's.
 * @param {Map<string, import('./outcome').End[]>} ends
 * @returns {Record<string, string[]>}
 */
function allDifferences(ends) {
  const bare = ends.get('bare') ?? [];
  const differences = (/** @type {import('./outcome').End} */ end) => {
    const all = bare.map((one) => differencesOf(end, one));
    return all.some((words) => words.length === 0) ? [] : all[0];
  };
  return Object.fromEntries(
    TOOLS.slice(1).map(({ name }) => [
      name,
      [...new Set((ends.get(name) ?? []).flatMap(differences))],
    ]),
  );
}

/**
 * Whether a tool does what it claims, in the simplest case.
 * @param {import('../lib/types').Figures} figures
 * @param {import('./tools').Tool} tool
 * @returns {string | null} what it lacks
 */
function shortcomingOf(figures, { claim }) {
  if (figures.files === 0) return 'it wrote nothing of a throw in a timer';
  if (claim === 'locals' && figures.framesWithLocals === 0) {
    return 'it captured no variables of a throw in a timer';
  }
  return null;
}

module.exports = {
  HEAPS,
  allDifferences,
  chooseCases,
  nameOf,
  problemOf,
  shortcomingOf,
  workloadOf,
};
