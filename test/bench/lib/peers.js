'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { ensurePackages } = require('../../packages.js');
const { cleanEnvironment } = require('./processes');

const FOLDER = path.join(__dirname, '..', 'peers');
const XPROFILER = path.join(FOLDER, 'node_modules', 'xprofiler');
const COMPILE_LIMIT_MS = 600_000;

/**
 * Installs what the addon is compared with.
 * @param {string} node the Node under test
 * @param {Set<string>} wanted packages that are to be measured
 * @returns {{problem: string | null, problems: Record<string, string>}} why all, or single packages, cannot be measured
 */
function preparePeers(node, wanted) {
  const problem = ensurePackages(FOLDER);
  const xprofiler = !problem && wanted.has('xprofiler') ? compileXprofiler(node) : null;
  return { problem, problems: xprofiler ? { xprofiler } : {} };
}

/**
 * xprofiler publishes its compiled part outside the registry: it is compiled from the sources in its package, once
 * for each Node release line.
 * @param {string} node
 * @returns {string | null} why it is not there
 */
function compileXprofiler(node) {
  const show = 'process.versions.modules + " " + process.platform + " " + process.arch';
  const run = spawnSync(node, ['-p', show], { encoding: 'utf8', env: cleanEnvironment() });
  const [abi, platform, arch] = run.stdout.trim().split(' ');
  const place = `build/binding/Release/node-v${abi}-${platform}-${arch}/xprofiler.node`;
  if (fs.existsSync(path.join(XPROFILER, place))) return null;
  const headers = headersOf(node);
  if (!headers) return 'its native part has to be compiled, and this Node has no headers beside it';
  process.stderr.write('compiling xprofiler, which takes a minute or two\n');
  // In a copy: node-pre-gyp removes what was compiled for other versions.
  const copy = path.join(FOLDER, 'node_modules', `.xprofiler-${abi}-${process.pid}`);
  fs.rmSync(copy, { recursive: true, force: true });
  fs.cpSync(XPROFILER, copy, {
    recursive: true,
    filter: (file) => file !== path.join(XPROFILER, 'build'),
  });
  const { PATH, ...env } = cleanEnvironment();
  const args = ['--no-install', 'node-pre-gyp', 'install', '--build-from-source'];
  const build = spawnSync('npx', [...args, `--nodedir=${headers}`], {
    cwd: copy,
    encoding: 'utf8',
    // Debian's npm names its own headers, unless the environment names others.
    env: { ...env, npm_config_nodedir: headers, PATH: `${path.dirname(node)}:${PATH}` },
    timeout: COMPILE_LIMIT_MS,
  });
  const built = path.join(copy, place);
  const loads = spawnSync(node, ['-e', `process.dlopen(module, '${built}')`]).status === 0;
  if (loads) fs.cpSync(built, path.join(XPROFILER, place));
  fs.rmSync(copy, { recursive: true, force: true });
  if (loads) return null;
  const error = /^.*\berror:.*$/m.exec(`${build.stdout}${build.stderr}`)?.[0];
  return `it does not compile: ${error?.trim() ?? build.error?.message ?? `exit code ${build.status}`}`;
}

/**
 * @param {string} node
 * @returns {string | null} the folder with include/node: beside the binary, or where npm's package "node" has it
 */
function headersOf(node) {
  const prefix = path.resolve(fs.realpathSync(node), '../..');
  const packaged = path.join(prefix, 'node_modules', `node-${process.platform}-${process.arch}`);
  const found = [prefix, packaged].find((folder) =>
    fs.existsSync(path.join(folder, 'include', 'node', 'node.h')),
  );
  return found ?? null;
}

module.exports = { FOLDER, preparePeers };
