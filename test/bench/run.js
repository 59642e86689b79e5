'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { findArm } = require('./lib/arms');
const { prepareDetective } = require('./lib/detective');
const { runWorkload } = require('./lib/driver');
const { Load } = require('./lib/load');
const { addonHash, addonProblem, describeMachine, nodeVersion } = require('./lib/machine');
const { ensurePackages } = require('../packages.js');
const { installAddon } = require('./lib/packages');
const { Processes } = require('./lib/processes');
const { renderReport, renderText } = require('./lib/render');
const { addResult, readResults } = require('./lib/results');
const { WORKLOADS } = require('./workloads');

const ROOT = path.join(__dirname, '..', '..');
const RESULTS = path.join(__dirname, 'results.json');
const REPORT = path.join(__dirname, 'RESULTS.md');

const HELP = `node test/bench/run.js [options]
  --only NAME,...   only these workloads
  --rounds N        rounds per pair (each workload has its own default)
  --node PATH       the Node under test (default: this one)
  --json FILE       where the raw figures are kept (default: test/bench/results.json); results of
                    other workloads and Node release lines stay in the file
  --detective DIR   a copy of node-loop-detective with its dependencies: its I/O tracker is measured
                    beside the addon in the I/O workloads
  --report          write test/bench/RESULTS.md from that file when done
  --report-only     do that and measure nothing
  --list            name the workloads
`;

/** Wrong arguments: told in one line. */
class UsageError extends Error {}

function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      node: { type: 'string', default: process.execPath },
      json: { type: 'string', default: RESULTS },
      detective: { type: 'string' },
      report: { type: 'boolean', default: false },
      'report-only': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.rounds !== undefined && !/^[1-9]\d*$/.test(values.rounds)) {
    throw new UsageError(`--rounds ${values.rounds} is not a number above 0`);
  }
  return { ...values, rounds: values.rounds === undefined ? null : Number(values.rounds) };
}

/** @param {string | undefined} only */
function chooseWorkloads(only) {
  if (only === undefined) return WORKLOADS;
  return only.split(',').map((name) => {
    const workload = WORKLOADS.find((candidate) => candidate.name === name);
    if (!workload) throw new UsageError(`no workload is named ${name}; see --list`);
    return workload;
  });
}

/** @param {ReturnType<typeof readArguments>} options */
async function measure(options) {
  const workloads = chooseWorkloads(options.only);
  const node = path.resolve(options.node);
  const version = nodeVersion(node);
  const noPackages = workloads.some((workload) => workload.packages)
    ? ensurePackages(__dirname)
    : null;
  if (noPackages) process.stderr.write(`${noPackages}\n`);

  const workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-bench-'));
  const installed = addonHash(ROOT) ? installAddon(node, ROOT, workspace) : ROOT;
  const problem = addonProblem(node, installed, workspace);
  if (problem) process.stderr.write(`only bare Node is measured: ${problem}\n`);
  const addon = problem ? null : addonHash(ROOT);
  const wanted = workloads.some(({ pairs }) => pairs.flat().includes('detective'));
  const detective = wanted
    ? await prepareDetective(options.detective, node, workspace)
    : { version: null, problem: null };
  if (detective.problem) {
    process.stderr.write(`node-loop-detective is not measured: ${detective.problem}\n`);
  }
  const processes = new Processes(node, installed, workspace);
  const load = new Load(processes);
  const clean = () => {
    processes.killAll();
    fs.rmSync(workspace, { recursive: true, force: true });
  };
  process.once('exit', clean);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

  const available = (/** @type {string} */ arm) =>
    arm === 'detective' ? detective.version !== null : addon !== null || !findArm(arm).addon;
  let failed = 0;
  for (const workload of workloads) {
    if (workload.packages && noPackages) continue;
    try {
      const pairs = await runWorkload(
        workload,
        options.rounds ?? workload.rounds,
        { node, root: installed, workspace, processes, load },
        (text) => process.stderr.write(`${text}\n`),
        available,
      );
      if (addon && addonHash(ROOT) !== addon) throw new Error('the addon was built anew meanwhile');
      process.stdout.write(renderText(workload, pairs));
      const date = new Date().toISOString();
      const machine = describeMachine(processes.pinned);
      addResult(options.json, {
        workload: workload.name,
        nodeVersion: version,
        date,
        machine,
        addon,
        ...(pairs.some(({ arm }) => arm === 'detective') && detective.version
          ? { detective: detective.version }
          : {}),
        pairs,
      });
    } catch (error) {
      // One workload that fails leaves the others their turn.
      failed++;
      process.stderr.write(`${workload.name} failed: ${/** @type {Error} */ (error).message}\n`);
    }
  }
  await load.close();
  return failed === 0 ? 0 : 1;
}

async function main() {
  const options = readArguments();
  if (options.help) return void process.stdout.write(HELP);
  if (options.list) {
    for (const { name, title } of WORKLOADS) process.stdout.write(`${name.padEnd(18)} ${title}\n`);
    return;
  }
  if (!options['report-only']) process.exitCode = await measure(options);
  if (options.report || options['report-only']) {
    fs.writeFileSync(REPORT, renderReport(readResults(options.json), WORKLOADS));
  }
}

main().catch((error) => {
  const usage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${usage ? `${error.message}\n\n${HELP}` : error.stack}\n`);
  process.exitCode = 1;
});
