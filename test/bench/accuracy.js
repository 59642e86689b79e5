'use strict';

// Blocks of known length, found by the addon and by others: node test/bench/accuracy.js

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { parseArgs } = require('node:util');
const { KINDS } = require('./accuracy/kinds');
const { packRun, unpackRun } = require('./accuracy/pack');
const { Outside } = require('./accuracy/outside');
const { renderReport, renderTool } = require('./accuracy/render');
const { runTool } = require('./accuracy/run');
const { TOOLS } = require('./accuracy/tools');
const { choose, describeError, readNumber } = require('./lib/arguments');
const { addonHash, addonProblem, describeMachine, nodeVersion } = require('./lib/machine');
const { installAddon } = require('./lib/packages');
const { LOAD_CPU, Processes } = require('./lib/processes');
const { addResult, readResults } = require('./lib/results');

const ROOT = path.join(__dirname, '..', '..');
const RESULTS = path.join(__dirname, 'accuracy.json');
const REPORT = path.join(__dirname, 'ACCURACY.md');
const PEERS = path.join(__dirname, 'peers', 'node_modules');

const HELP = `node test/bench/accuracy.js [options]
  --seconds N       how long the program blocks its loop from time to time, for each tool (60)
  --node PATH       the Node under test (default: this one)
  --only TOOL,...   only these tools
  --kinds KIND,...  only these kinds of blocks
  --seed N          another order and other gaps (1)
  --json FILE       where the raw figures are kept (default: test/bench/accuracy.json)
  --report          write test/bench/ACCURACY.md from that file when done
  --report-only     do that and measure nothing
  --list            name the tools and the kinds of blocks
`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      node: { type: 'string', default: process.execPath },
      only: { type: 'string' },
      kinds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string', default: RESULTS },
      report: { type: 'boolean', default: false },
      'report-only': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    ...values,
    seconds: readNumber('seconds', values.seconds),
    seed: readNumber('seed', values.seed),
  };
}

/** @param {string | undefined} name of a package @returns {string | null} */
function versionOf(name) {
  const file = name && path.join(PEERS, name, 'package.json');
  return file && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')).version : null;
}

/** @param {ReturnType<typeof readArguments>} options */
async function measure(options) {
  const tools = choose(TOOLS, options.only);
  const node = path.resolve(options.node);
  const version = nodeVersion(node);
  const workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-accuracy-'));
  const processes = new Processes(node, ROOT, workspace);
  // What acts upon the program and watches it must not wait for its CPU.
  if (processes.pinned) {
    const cpu = String(processes.cpus[LOAD_CPU]);
    spawnSync('taskset', ['-cp', cpu, String(process.pid)], { timeout: 5000 });
  }
  const outside = new Outside(processes, workspace);
  const clean = () => {
    processes.killAll();
    outside.close();
    fs.rmSync(workspace, { recursive: true, force: true });
  };
  process.once('exit', clean);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

  const missing = outside.prepare();
  const kinds = choose(KINDS, options.kinds).filter(({ needs, title }) => {
    const why = needs && missing.get(needs);
    if (why) process.stderr.write(`left out: ${title}: ${why}\n`);
    return !why;
  });
  const leftOut = KINDS.filter(({ needs }) => needs && missing.has(needs)).map(
    ({ name, needs }) => `${name}: ${missing.get(needs ?? 'stop')}`,
  );
  const installed = addonHash(ROOT) ? installAddon(node, ROOT, workspace) : ROOT;
  let failed = 0;
  for (const tool of tools) {
    const own = tool.name === 'loopdet';
    const problem = own
      ? addonProblem(node, installed, workspace)
      : tool.package && !versionOf(tool.package)
        ? `${tool.package} is not installed in test/bench/peers`
        : null;
    if (problem) {
      failed++;
      process.stderr.write(`${tool.title} is not measured: ${problem}\n`);
      continue;
    }
    try {
      const { seconds, seed } = options;
      const names = kinds.map(({ name }) => name);
      const foreignCores = processes.watchOthers();
      const run = await runTool(
        tool,
        { node, root: installed, seconds, seed, kinds: names },
        processes,
        outside,
      );
      if (run.reports.length === 0) throw new Error('it has reported nothing at all');
      const packed = packRun(run);
      process.stdout.write(renderTool(tool, version, unpackRun(packed)));
      addResult(options.json, {
        workload: tool.name,
        nodeVersion: version,
        date: new Date().toISOString(),
        machine: describeMachine(processes.pinned),
        addon: own ? addonHash(ROOT) : null,
        ...(tool.package ? { package: `${tool.package} ${versionOf(tool.package)}` } : {}),
        seconds,
        seed,
        leftOut,
        foreignCores: Number(foreignCores().toFixed(2)),
        ...packed,
      });
    } catch (error) {
      // One tool that fails leaves the others their turn.
      failed++;
      process.stderr.write(`${tool.title} failed: ${/** @type {Error} */ (error).message}\n`);
    }
  }
  return failed === 0 ? 0 : 1;
}

async function main() {
  const options = readArguments();
  if (options.help) return void process.stdout.write(HELP);
  if (options.list) {
    for (const { name, title } of [...TOOLS, ...KINDS]) {
      process.stdout.write(`${name.padEnd(16)} ${title}\n`);
    }
    return;
  }
  if (!options['report-only']) process.exitCode = await measure(options);
  if (options.report || options['report-only']) {
    const results = /** @type {any[]} */ (readResults(options.json));
    fs.writeFileSync(
      REPORT,
      renderReport(results.map((result) => ({ ...result, run: unpackRun(result) }))),
    );
  }
  // The competitors are still there, stopped.
  process.exit();
}

main().catch((error) => {
  process.stderr.write(describeError(error, HELP));
  process.exit(1);
});
