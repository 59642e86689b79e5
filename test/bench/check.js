'use strict';

// A short check for continuous integration, by ratio only: bare Node against this package in turns. A workload fails
// when it was grossly slower in all of its tries, which noise of the machine is not.
const path = require('node:path');
const { parseArgs } = require('node:util');
const { ARMS } = require('./lib/arms');
const { runWorkload } = require('./lib/driver');
const { prepare } = require('./lib/session');
const { WORKLOADS } = require('./workloads');

const TRIES = 3;
const TURNS = 5;
// Processes of the same program differ by a fifth on a busy virtual machine, and this is to find what is gross.
const LEAST_SPEED = 0.7;
// 1.1 to 1.4 is usual, the more the busier the machine.
const MOST_START_TIME = 2;

/**
 * A row for each workload, with the figures that are checked: of several the worst counts.
 * @type {{workload: string, figures: string[], leastSpeed?: number, mostTime?: number}[]}
 */
const CHECKS = [
  { workload: 'fastify', figures: ['requestsPerSecond'] },
  { workload: 'awaits', figures: ['requestsPerSecond'] },
  { workload: 'async-fib', figures: ['callsPerSecond'] },
  { workload: 'io-http', figures: ['operationsPerSecond'], leastSpeed: 0.6 },
  {
    workload: 'reject-catch',
    figures: ['shallowPerSecond', 'throughPerSecond', 'laterPerSecond'],
    // A rejection costs one microsecond, so that what loopdet's hook adds to it (0.2) shows; captures out of
    // bounds would cost milliseconds.
    leastSpeed: 0.5,
  },
  { workload: 'start-up-fastify', figures: ['wallMs'], mostTime: MOST_START_TIME },
];

const HELP = `npm run bench:check -- [--arm NAME] [--node PATH]
  --arm NAME    checks something else than loopdet (see run.js --list), to see the check fail
  --node PATH   the Node under test (default: this one)
`;

/**
 * @param {typeof CHECKS[number]} check
 * @param {string} arm
 * @param {Awaited<ReturnType<typeof prepare>>} session
 * @returns {Promise<{ok: boolean, line: string}>}
 */
async function checkWorkload(check, arm, session) {
  const { workload: name, figures, leastSpeed = LEAST_SPEED, mostTime } = check;
  const found = WORKLOADS.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no workload is named ${name}`);
  const bound = mostTime ? `at most ${mostTime}` : `at least ${leastSpeed}`;
  const ratios = [];
  const workload = { ...found, sensitive: false, turns: TURNS, arms: ['bare', arm] };
  for (let tried = 0; tried < TRIES; tried++) {
    const { arms, missing } = await runWorkload(workload, 1, session.context, () => {}, {});
    if (missing[arm]) return { ok: false, line: `FAIL ${name}: ${missing[arm]}` };
    const all = figures.map((figure) => arms[0].summary[figure].ratio?.median ?? Number.NaN);
    const worst = mostTime ? Math.max(...all) : Math.min(...all);
    ratios.push(worst.toFixed(2));
    if (mostTime ? worst <= mostTime : worst >= leastSpeed) {
      return { ok: true, line: `ok   ${name}: ${ratios.join(', ')} of bare, ${bound}` };
    }
  }
  return { ok: false, line: `FAIL ${name}: ${ratios.join(', ')} of bare, ${bound}` };
}

async function main() {
  const { values } = parseArgs({
    options: {
      arm: { type: 'string', default: 'loopdet' },
      node: { type: 'string', default: process.execPath },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const arm = ARMS.find(({ name }) => name === values.arm && name !== 'bare');
  if (!arm) throw new Error(`no arm is named ${values.arm}`);
  const start = performance.now();
  const names = ['bare', arm.name];
  const wanted = WORKLOADS.filter(({ name }) => CHECKS.some(({ workload }) => workload === name));
  const session = await prepare(
    path.resolve(values.node),
    wanted.map((workload) => ({ ...workload, arms: names })),
  );
  let failed = 0;
  for (const check of CHECKS) {
    const workload = wanted.find(({ name }) => name === check.workload);
    const problem =
      session.unavailable[arm.name] ?? (workload ? session.problemOf(workload) : 'not known');
    const { ok, line } = problem
      ? { ok: false, line: `FAIL ${check.workload}: ${problem}` }
      : await checkWorkload(check, arm.name, session);
    if (!ok) failed++;
    process.stdout.write(`${line}\n`);
  }
  await session.close();
  const seconds = Math.round((performance.now() - start) / 1000);
  process.stdout.write(
    `bench:check of ${arm.title} on Node ${session.version}: ` +
      `${failed === 0 ? `all ${CHECKS.length} held` : `${failed} of ${CHECKS.length} FAILED`}, ${seconds} s\n`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error) => {
  process.stderr.write(`${error.code?.startsWith('ERR_PARSE_ARGS') ? HELP : error.stack}\n`);
  process.exitCode = 1;
});
