const fs = require('node:fs');
const path = require('node:path');
const { printable } = require('../text');

/**
 * The files that belong to this one: same stem after the first dot, and the profile it names.
 * @type {import('./index').Section['render']}
 */
function render({ file, document }, paper) {
  const directory = path.dirname(file);
  const own = path.basename(file);
  const stem = /^[A-Za-z]+\.(.+)\.[a-z]+$/.exec(own)?.[1];
  const beside = new Set(
    list(directory).filter((name) => name !== own && stem && sharesStem(name, stem)),
  );
  const named = document.profile?.file;
  // Only a bare name: a crash file has no business naming files elsewhere.
  if (
    typeof named === 'string' &&
    path.basename(named) &&
    fs.existsSync(path.join(directory, path.basename(named)))
  ) {
    beside.add(path.basename(named));
  }
  if (beside.size === 0) return null;
  const lines = [...beside].sort().map((name) => {
    const full = printable(path.join(directory, name));
    const isReadable = /\.(?:json|cpuprofile)$/.test(name);
    return isReadable ? `  ${paper.style.dim('loopdet show')} ${full}` : `  ${full}`;
  });
  return { lines };
}

/**
 * @param {string} name
 * @param {string} stem
 */
const sharesStem = (name, stem) =>
  name.replace(/^[A-Za-z]+\./, '').replace(/\.[a-z]+$/, '') === stem;

/** @param {string} directory */
function list(directory) {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

module.exports = { title: 'Files beside it', render };
