'use strict';

// How many instructions of the CPU an operation takes with the addon and without: counted by valgrind's cachegrind, function
// by function, so that it shows where a cost is, and is the same each time, which no time is on a machine with neighbours.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const {
  COMMAND,
  difference,
  isSteady,
  readCounts,
  sumParts,
} = require('./instructions/cachegrind');
const { renderReport, renderText } = require('./instructions/render');
const { SUBJECTS } = require('./instructions/subjects');
const { choose, describeError, readNumber } = require('./lib/arguments');
const { ARMS, findArm } = require('./lib/arms');
const { NO_COLLECTION_AT_REST, cleanEnvironment } = require('./lib/processes');
const { addResult, readResults } = require('./lib/results');
const { prepare } = require('./lib/session');
const { WORKLOADS } = require('./workloads');

/** @typedef {import('./instructions/subjects').Subject} Subject */
/** @typedef {import('./lib/types').Arm} Arm */

const RESULTS = path.join(__dirname, 'instructions.json');
const REPORT = path.join(__dirname, 'INSTRUCTIONS.md');
const CLOCK = path.join(__dirname, 'preload', 'steady-clock.js');
const LIMIT_MS = 1_800_000;

// What goes by time instead of by operation would weigh fifty times what it does: no profile, and nothing is slow.
const TIMELESS = {
  LOOPDET_PROFILE: 'off',
  LOOPDET_LAG_THRESHOLD_MS: '3600000',
  LOOPDET_IO_THRESHOLD_MS: '3600000',
};

// The seed decides how long searches in hash tables are (2,000 instructions of a request).
const PREDICTABLE = [NO_COLLECTION_AT_REST, '--hash-seed=1'];

const HELP = `node test/bench/instructions.js [options]
  --only NAME,...   only these workloads: ${SUBJECTS.map(({ name }) => name).join(', ')}
  --arms NAME,...   these ways to start Node beside bare (default: loopdet)
  --node PATH       the Node under test (default: this one)
  --json FILE       where the counts are kept (default: test/bench/instructions.json)
  --functions N     how many functions are named that take more instructions than in bare Node (12)
  --report          write test/bench/INSTRUCTIONS.md from that file when done
  --report-only     do that and count nothing
  --list            name the workloads and the arms
`;

/**
 * @param {Subject} subject
 * @param {Arm} arm
 * @param {number} count
 * @param {import('./lib/types').Context} context
 */
async function countOnce(subject, arm, count, context) {
  const { processes, node, root, workspace } = context;
  const started = await subject.run(
    (argv, env = {}) => {
      const isOurs = arm.kind === 'ours';
      const clock = isOurs ? ['--require', CLOCK] : [];
      const words = [node, ...PREDICTABLE, ...clock, ...arm.execArgv(root, workspace), ...argv];
      const more = { ...env, ...(isOurs ? TIMELESS : {}), ...arm.env };
      const options = { ipc: true, limitMs: LIMIT_MS };
      const all = { ...cleanEnvironment(), ...more };
      return processes.start('valgrind', [...COMMAND, ...words], all, options);
    },
    count,
    context,
  );
  const { code, signal } = await started.ended;
  // A server ends when it is told to.
  if (code !== 0 && signal !== 'SIGTERM') {
    throw new Error(`it ended with ${signal ?? code}: ${started.stderr()}`);
  }
  const counts = readCounts(started.directory);
  fs.rmSync(started.directory, { recursive: true, force: true });
  return counts;
}

/**
 * Instructions an operation, by function.
 * @param {Subject} subject
 * @param {Arm} arm
 * @param {import('./lib/types').Context} context
 */
async function countArm(subject, arm, context) {
  const [few, many] = subject.counts;
  const [first, all] = await Promise.all([
    countOnce(subject, arm, few, context),
    countOnce(subject, arm, many, context),
  ]);
  return difference(all, first, many - few);
}

/** @param {ReturnType<typeof readArguments>} options */
async function count(options) {
  const { status } = spawnSync('valgrind', ['--version'], { timeout: 10_000 });
  if (status !== 0) throw new Error('valgrind is not installed: apt-get install valgrind');
  const subjects = choose(SUBJECTS, options.only);
  const bare = findArm('bare');
  const arms = choose(ARMS, options.arms);
  const workloads = choose(WORKLOADS, subjects.map(({ name }) => name).join(',')).map(
    (workload) => ({ ...workload, arms: [bare, ...arms].map(({ name }) => name) }),
  );
  const session = await prepare(path.resolve(options.node), workloads);
  for (const workload of workloads) {
    const problem = session.problemOf(workload);
    if (problem) throw new Error(`${workload.name} cannot be counted: ${problem}`);
  }
  for (const subject of subjects) {
    const base = await countArm(subject, bare, session.context);
    for (const arm of arms) {
      const problem = session.unavailable[arm.name];
      if (problem) throw new Error(problem);
      const counted = await countArm(subject, arm, session.context);
      const more = [...difference(counted, base, 1)]
        .filter(([name]) => isSteady(name))
        .sort((a, b) => b[1] - a[1]);
      const result = {
        workload: subject.name,
        arm: arm.name,
        nodeVersion: session.version,
        date: new Date().toISOString(),
        addon: session.addon,
        bare: sumParts(base),
        with: sumParts(counted),
        functions: more.slice(0, options.functions),
      };
      session.checkAddon();
      process.stdout.write(renderText(result));
      addResult(options.json, result);
    }
  }
  await session.close();
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      arms: { type: 'string', default: 'loopdet' },
      node: { type: 'string', default: process.execPath },
      json: { type: 'string', default: RESULTS },
      functions: { type: 'string', default: '12' },
      report: { type: 'boolean', default: false },
      'report-only': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return { ...values, functions: readNumber('functions', values.functions) };
}

async function main() {
  const options = readArguments();
  if (options.help) return void process.stdout.write(HELP);
  if (options.list) {
    for (const { name } of SUBJECTS) process.stdout.write(`${name}\n`);
    for (const { name, title } of ARMS)
      process.stdout.write(`--arms ${name.padEnd(18)} ${title}\n`);
    return;
  }
  if (!options['report-only']) await count(options);
  if (options.report || options['report-only']) {
    fs.writeFileSync(REPORT, renderReport(readResults(options.json)));
  }
}

main().catch((error) => {
  process.stderr.write(describeError(error, HELP));
  process.exitCode = 1;
});
