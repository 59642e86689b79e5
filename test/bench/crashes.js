'use strict';

// What a crash costs and what is left of it, beside bare Node and other tools: see crashes/ and CRASHES.md.
// Results of other crashes and Node release lines stay in the JSON file, so it can be measured in parts.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { ensurePackages } = require('../packages.js');
const {
  HEAPS,
  allDifferences,
  chooseCases,
  nameOf,
  problemOf,
  shortcomingOf,
  workloadOf,
} = require('./crashes/cases');
const { KINDS } = require('./crashes/kinds');
const { renderReport, renderText } = require('./crashes/render');
const { TOOLS, findTool, sentryVersion } = require('./crashes/tools');
const { findArm } = require('./lib/arms');
const { runWorkload } = require('./lib/driver');
const { Load } = require('./lib/load');
const { addonHash, addonProblem, describeMachine, nodeVersion } = require('./lib/machine');
const { installAddon } = require('./lib/packages');
const { Processes } = require('./lib/processes');
const { addResult, readResults } = require('./lib/results');

const ROOT = path.join(__dirname, '..', '..');
const RESULTS = path.join(__dirname, 'crashes.json');
const REPORT = path.join(__dirname, 'CRASHES.md');
const PEERS = path.join(__dirname, 'peers');

const HELP = `node test/bench/crashes.js [options]
  --rounds N        (5)
  --turns N         in each round, every second one backwards (2)
  --node PATH       the Node under test (default: this one)
  --only KIND,...   only these crashes: ${KINDS.map(({ name }) => name).join(', ')}
  --scripts N,...   how many scripts the program has (10,400,5000)
  --heap SIZE,...   how large its heap is (${Object.keys(HEAPS).join(',')})
  --json FILE       where the raw figures are kept (default: test/bench/crashes.json)
  --report          write test/bench/CRASHES.md from that file when done
  --report-only     do that and measure nothing
`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      // The second is backwards, so that being first is nobody's advantage.
      turns: { type: 'string', default: '2' },
      node: { type: 'string', default: process.execPath },
      only: { type: 'string' },
      scripts: { type: 'string', default: '10,400,5000' },
      heap: { type: 'string', default: 'small,2g' },
      json: { type: 'string', default: RESULTS },
      report: { type: 'boolean', default: false },
      'report-only': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const only = values.only?.split(',') ?? null;
  const heaps = values.heap.split(',');
  const scripts = values.scripts.split(',').map(Number);
  const rounds = Number(values.rounds);
  const turns = Number(values.turns);
  const unknown = only?.find((name) => !KINDS.some((kind) => kind.name === name));
  if (unknown) {
    throw new Error(`no crash is named ${unknown}: ${KINDS.map(({ name }) => name).join(', ')}`);
  }
  if (heaps.some((heap) => !(heap in HEAPS))) {
    throw new Error(`--heap has some of ${Object.keys(HEAPS).join(',')}`);
  }
  if (![rounds, turns, ...scripts].every((number) => Number.isInteger(number) && number > 0)) {
    throw new Error('--rounds, --turns and --scripts are numbers above 0');
  }
  return { ...values, only, heaps, scripts, rounds, turns };
}

/**
 * Why tools cannot be measured.
 * @param {import('./lib/types').Context} context
 * @param {string | null} withoutAddon
 * @param {string | null} withoutPeers
 * @returns {Promise<Record<string, string>>} by tool
 */
async function findProblems(context, withoutAddon, withoutPeers) {
  /** @type {Record<string, string>} */
  const problems = {};
  const [probe] = chooseCases({ only: ['timer'], scripts: [10], heaps: ['small'] });
  const workload = workloadOf(probe, 1);
  for (const tool of TOOLS.slice(1)) {
    let problem = tool.kind === 'ours' ? withoutAddon : null;
    if (tool.name === 'sentry') problem = withoutPeers;
    if (!problem) {
      try {
        const subject = await workload.open(findArm(tool.name, workload.armTable), context);
        problem = shortcomingOf(await subject.slice(), tool);
      } catch (error) {
        problem = /** @type {Error} */ (error).message;
      }
    }
    if (problem) problems[tool.name] = problem;
  }
  return problems;
}

/** @param {ReturnType<typeof readArguments>} options */
async function measure(options) {
  const node = path.resolve(options.node);
  const version = nodeVersion(node);
  const workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-crashes-'));
  const addon = addonHash(ROOT);
  const root = addon ? installAddon(node, ROOT, workspace) : ROOT;
  const processes = new Processes(node, root, workspace);
  const load = new Load(processes);
  const context = { node, root, workspace, processes, load };
  process.once('exit', () => {
    processes.killAll();
    fs.rmSync(workspace, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

  const problems = await findProblems(
    context,
    addonProblem(node, root, workspace),
    ensurePackages(PEERS),
  );
  for (const [name, problem] of Object.entries(problems)) {
    process.stderr.write(`${findTool(name).title} is not measured: ${problem}\n`);
  }
  let failed = 0;
  for (const one of chooseCases(options)) {
    const { kind, scripts, heap } = one;
    const problem = problemOf(one);
    const common = {
      workload: nameOf(one),
      kind: kind.name,
      scripts,
      heap,
      nodeVersion: version,
      date: new Date().toISOString(),
      machine: describeMachine(false),
      addon,
      sentry: sentryVersion(),
      problem,
    };
    try {
      const workload = workloadOf(one, options.turns);
      const measured = problem
        ? { arms: [], rounds: [], missing: {} }
        : await runWorkload(
            workload,
            options.rounds,
            context,
            (text) => process.stderr.write(`${text}\n`),
            problems,
          );
      if (addonHash(ROOT) !== addon) throw new Error('the addon was built anew meanwhile');
      const result = { ...common, ...measured, differences: allDifferences(workload.ends) };
      process.stdout.write(renderText(result));
      addResult(options.json, result);
    } catch (error) {
      // One crash that cannot be measured leaves the others their turn.
      failed++;
      process.stderr.write(`${nameOf(one)} failed: ${/** @type {Error} */ (error).message}\n`);
    }
  }
  await load.close();
  return failed === 0 ? 0 : 1;
}

async function main() {
  const options = readArguments();
  if (options.help) return void process.stdout.write(HELP);
  if (!options['report-only']) process.exitCode = await measure(options);
  if (options.report || options['report-only']) {
    const results = /** @type {any[]} */ (readResults(options.json));
    if (results.length === 0) throw new Error(`${options.json} has no results of crashes`);
    fs.writeFileSync(REPORT, renderReport(results));
  }
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
