'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

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

module.exports = { installAddon };
