'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, '..');

/**
 * Installs this folder's own packages, exactly as its lock file says, when they are missing.
 * @returns {string | null} why they are not there, or null
 */
function ensurePackages() {
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(FOLDER, 'package.json'), 'utf8'));
  const missing = Object.entries(dependencies).filter(([name, version]) => {
    const manifest = path.join(FOLDER, 'node_modules', name, 'package.json');
    return (
      !fs.existsSync(manifest) || JSON.parse(fs.readFileSync(manifest, 'utf8')).version !== version
    );
  });
  if (missing.length === 0) return null;
  process.stderr.write('installing the packages of test/bench\n');
  const args = ['ci', '--ignore-scripts', '--loglevel=error'];
  const npm = spawnSync('npm', args, { cwd: FOLDER, encoding: 'utf8', timeout: 180_000 });
  if (npm.status === 0) return null;
  const reason = npm.error?.message ?? npm.stderr.trim().split('\n').pop();
  return `npm ci in test/bench failed: ${reason}`;
}

/**
 * What a user has: the package below node_modules, with the code cache that `npm install` makes for this Node.
 * @param {string} node
 * @param {string} root of the repository, with the addon compiled
 * @param {string} workspace
 * @returns {string} where it is
 */
function installAddon(node, root, workspace) {
  const installed = path.join(workspace, 'node_modules', 'loopdet-addon');
  for (const part of ['package.json', 'js', 'schema', 'build/Release/loopdet.node']) {
    fs.cpSync(path.join(root, part), path.join(installed, part), { recursive: true });
  }
  const maker = path.join(installed, 'js', 'make-code-cache.js');
  const { status, stderr } = spawnSync(node, [maker], { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) process.stderr.write(`no code cache: ${stderr}\n`);
  return installed;
}

module.exports = { ensurePackages, installAddon };
