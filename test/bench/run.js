'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { choose, describeError, readNumber } = require('./lib/arguments');
const { ARMS } = require('./lib/arms');
const { compareArms, runWorkload } = require('./lib/driver');
const { describeMachine } = require('./lib/machine');
const { renderReport, renderText } = require('./lib/render');
const { addResult, readResults } = require('./lib/results');
const { prepare } = require('./lib/session');
const { WORKLOADS } = require('./workloads');

const RESULTS = path.join(__dirname, 'results.json');
const REPORT = path.join(__dirname, 'RESULTS.md');

const HELP = `npm run bench -- [options]
  --only NAME,...   only these workloads
  --arms NAME,...   only these ways to start Node, beside bare
  --rounds N        rounds (each workload has its own default, 3 mostly); peers take part in every third
  --turns N         turns in a round
  --node PATH       the Node under test (default: this one)
  --json FILE       where the raw figures are kept (default: test/bench/results.json); results of
                    other workloads and Node release lines stay in the file
  --detective DIR   a copy of node-loop-detective with its dependencies: its own I/O tracker is measured too
  --report          write test/bench/RESULTS.md from that file when done
  --report-only     do that and measure nothing
  --list            name the workloads and the arms
`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      arms: { type: 'string' },
      rounds: { type: 'string' },
      turns: { type: 'string' },
      node: { type: 'string', default: process.execPath },
      json: { type: 'string', default: RESULTS },
      detective: { type: 'string' },
      report: { type: 'boolean', default: false },
      'report-only': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { rounds, turns } = values;
  return {
    ...values,
    rounds: rounds === undefined ? null : readNumber('rounds', rounds),
    turns: turns === undefined ? null : readNumber('turns', turns),
  };
}

/** @param {ReturnType<typeof readArguments>} options */
async function measure(options) {
  const arms = new Set(['bare', ...choose(ARMS, options.arms).map(({ name }) => name)]);
  const workloads = choose(WORKLOADS, options.only).map((workload) => ({
    ...workload,
    arms: workload.arms.filter((name) => arms.has(name)),
    turns: options.turns ?? workload.turns,
  }));
  const session = await prepare(path.resolve(options.node), workloads, options.detective);
  let failed = 0;
  for (const workload of workloads) {
    const problem = session.problemOf(workload);
    if (problem) {
      failed++;
      process.stderr.write(`${workload.name} is left out: ${problem}\n`);
      continue;
    }
    try {
      const measured = await runWorkload(
        workload,
        options.rounds ?? workload.rounds,
        session.context,
        (text) => process.stderr.write(`${text}\n`),
        session.unavailable,
      );
      session.checkAddon();
      process.stdout.write(renderText(workload, measured));
      addResult(options.json, {
        workload: workload.name,
        nodeVersion: session.version,
        date: new Date().toISOString(),
        machine: describeMachine(session.context.processes.pinned),
        addon: session.addon,
        proofs: session.proofs,
        ...measured,
      });
    } catch (error) {
      // One workload that fails leaves the others their turn.
      failed++;
      process.stderr.write(`${workload.name} failed: ${/** @type {Error} */ (error).message}\n`);
    }
  }
  await session.close();
  return failed === 0 ? 0 : 1;
}

/**
 * What a file has, compared as it is done now: it keeps what every slice measured.
 * @param {string} file
 */
function comparedAnew(file) {
  return readResults(file).map((result) => {
    const workload = WORKLOADS.find(({ name }) => name === result.workload);
    if (!workload) return result;
    return { ...result, arms: compareArms(workload, result.rounds, result.missing) };
  });
}

async function main() {
  const options = readArguments();
  if (options.help) return void process.stdout.write(HELP);
  if (options.list) {
    for (const { name, title } of WORKLOADS) process.stdout.write(`${name.padEnd(18)} ${title}\n`);
    for (const { name, title } of ARMS)
      process.stdout.write(`--arms ${name.padEnd(18)} ${title}\n`);
    return;
  }
  if (!options['report-only']) process.exitCode = await measure(options);
  if (options.report || options['report-only']) {
    fs.writeFileSync(REPORT, renderReport(comparedAnew(options.json), WORKLOADS));
  }
}

main().catch((error) => {
  process.stderr.write(describeError(error, HELP));
  process.exitCode = 1;
});
