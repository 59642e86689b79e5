'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ensurePackages } = require('../../packages.js');
const { findArm } = require('./arms');
const { prepareDetective } = require('./detective');
const { Load } = require('./load');
const { addonHash, addonProblem, nodeVersion } = require('./machine');
const { installAddon } = require('./packages');
const { preparePeers } = require('./peers');
const { Processes } = require('./processes');
const { proveArms } = require('./proofs');

/** @typedef {import('./types').Workload} Workload */

const BENCH = path.join(__dirname, '..');
const ROOT = path.join(BENCH, '..', '..');

/** @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`);

/**
 * Everything that has to be there before something is measured, and what of it is not.
 * @param {string} node the Node under test
 * @param {Workload[]} workloads
 * @param {string} [detectiveFolder]
 */
async function prepare(node, workloads, detectiveFolder) {
  const version = nodeVersion(node);
  const wanted = [...new Set(workloads.flatMap(({ arms }) => arms))].map((name) => findArm(name));
  const noPackages = workloads.some(({ packages }) => packages) ? ensurePackages(BENCH) : null;
  const packages = new Set(wanted.flatMap((arm) => arm.package ?? []));
  const peers =
    packages.size > 0 || workloads.some((workload) => workload.peers)
      ? preparePeers(node, packages)
      : { problem: null, problems: /** @type {Record<string, string>} */ ({}) };

  const workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-bench-'));
  const root = addonHash(ROOT) ? installAddon(node, ROOT, workspace) : ROOT;
  const processes = new Processes(node, root, workspace);
  const load = new Load(processes);
  const clean = () => {
    processes.killAll();
    fs.rmSync(workspace, { recursive: true, force: true });
  };
  process.once('exit', clean);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

  const noAddon = addonProblem(node, root, workspace);
  const detective = wanted.includes(findArm('detective'))
    ? await prepareDetective(detectiveFolder, node, workspace)
    : null;
  /** @type {Record<string, string>} */
  const unavailable = {};
  for (const { name, kind, package: needed } of wanted) {
    const problem =
      (kind === 'ours' && noAddon) ||
      (needed && (peers.problem ?? peers.problems[needed])) ||
      (name === 'detective' && detective?.problem);
    if (problem) unavailable[name] = problem;
  }
  const { proofs, problems } = await proveArms(
    wanted.filter(({ name, provable }) => provable && !unavailable[name]),
    processes,
  );
  Object.assign(unavailable, problems);
  if (detective?.version) proofs.detective = `version ${detective.version}`;
  for (const [name, proof] of Object.entries(proofs)) say(`${findArm(name).title}: ${proof}`);
  for (const [name, reason] of Object.entries(unavailable)) {
    say(`${findArm(name).title} is not measured: ${reason}`);
  }
  const addon = noAddon ? null : addonHash(ROOT);
  return {
    version,
    addon,
    proofs,
    unavailable,
    context: { node, root, workspace, processes, load },
    /** @param {Workload} workload @returns {string | null} why it cannot be measured */
    problemOf: (workload) =>
      (workload.packages ? noPackages : null) ?? (workload.peers ? peers.problem : null),
    checkAddon() {
      if (addon && addonHash(ROOT) !== addon) throw new Error('the addon was built anew meanwhile');
    },
    close: () => load.close(),
  };
}

module.exports = { prepare };
