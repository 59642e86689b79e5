'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * What a crashed program left in its default folder.
 * @param {string} directory its working directory
 * @returns {{
 *   crash: import('node:fs').BigIntStats | null,
 *   framesWithLocals: number,
 *   profileBytes: number,
 * }}
 */
function findCrashFiles(directory) {
  const folder = path.join(directory, 'loopdet');
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const stat = (/** @type {string} */ name) =>
    fs.statSync(path.join(folder, name), { bigint: true });
  const crash = names.find((name) => name.startsWith('crash.') && name.endsWith('.json'));
  const profiles = names.filter((name) => name.endsWith('.cpuprofile'));
  return {
    crash: crash ? stat(crash) : null,
    framesWithLocals: crash ? countFramesWithLocals(path.join(folder, crash)) : 0,
    profileBytes: profiles.reduce((sum, name) => sum + Number(stat(name).size), 0),
  };
}

/** @param {string} file */
function countFramesWithLocals(file) {
  const { frames } = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (!Array.isArray(frames)) return 0;
  return frames.filter((frame) => frame.scopes?.length > 0).length;
}

module.exports = { findCrashFiles };
