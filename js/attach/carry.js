/** Brings the package to where the process to be watched can load it: containers have files of their own. */

const fs = require('node:fs');
const path = require('node:path');
const { ADDON } = require('../own-modules');

const PACKAGE = path.resolve(__dirname, '../..');
const INSIDE = path.join(__dirname, 'inside.js');
/** What runs inside a program. */
const PARTS = ['package.json', 'js', path.relative(PACKAGE, ADDON)];
const NOT_INSIDE = new Set(['bucket', 'cli', 'replay', 'run', 'viewer']);

/** @param {string} one @param {string} other whether they are one file, by whichever way */
function isSameFile(one, other) {
  try {
    const [a, b] = [fs.statSync(one), fs.statSync(other)];
    return a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}

/**
 * @param {import('./target').Target} target
 * @returns {string | null} the folder of the package, if the process sees that where we do
 */
function visiblePackage({ root }) {
  const isVisible = [ADDON, INSIDE].every((file) => isSameFile(file, root + file));
  return root === '' || isVisible ? PACKAGE : null;
}

/**
 * @param {string} folder for us
 */
function copyPackage(folder) {
  for (const part of PARTS) {
    fs.cpSync(path.join(PACKAGE, part), path.join(folder, part), {
      recursive: true,
      filter: (source) => !NOT_INSIDE.has(path.relative(path.join(PACKAGE, 'js'), source)),
    });
  }
}

/**
 * Gives what we have made to whoever the process belongs to. Only root can.
 * @param {import('./target').Target} target
 * @param {string} place a file, or a folder with all that is in it
 */
function giveTo(target, place) {
  const { uid, gid } = target;
  if (process.getuid?.() !== 0 || uid === 0) return;
  fs.lchownSync(place, uid, gid);
  if (!fs.lstatSync(place).isDirectory()) return;
  for (const name of fs.readdirSync(place)) giveTo(target, path.join(place, name));
}

module.exports = { copyPackage, giveTo, visiblePackage };
