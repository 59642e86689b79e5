'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/**
 * Installs a folder's own packages, exactly as its lock file says, when they are missing.
 * @param {string} folder with a package.json and a package-lock.json
 * @returns {string | null} why they are not there, or null
 */
function ensurePackages(folder) {
  const locked = JSON.parse(fs.readFileSync(path.join(folder, 'package-lock.json'), 'utf8'));
  const missing = Object.keys(locked.packages[''].dependencies).filter((name) => {
    const manifest = path.join(folder, 'node_modules', name, 'package.json');
    const { version } = locked.packages[`node_modules/${name}`];
    return (
      !fs.existsSync(manifest) || JSON.parse(fs.readFileSync(manifest, 'utf8')).version !== version
    );
  });
  if (missing.length === 0) return null;
  process.stderr.write(`installing the packages of ${path.relative(process.cwd(), folder)}\n`);
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: 180_000 });
  if (npm.status === 0) return null;
  const reason = npm.error?.message ?? npm.stderr.trim().split('\n').pop();
  return `npm ci in ${folder} failed: ${reason}`;
}

module.exports = { ensurePackages };
