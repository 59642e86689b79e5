const fs = require('node:fs');
const path = require('node:path');
const { defaultDirectory } = require('../environment');
const { readFile } = require('../../replay/crash-file');
const { addOriginals } = require('../../replay/source-maps');
const { isBox, readBox } = require('../black-box');
const { toJson } = require('../render/json');
const { renderFile } = require('../render/report');

/**
 * `loopdet ls` prints bare names: they are looked up where they were listed.
 * @param {string} file
 */
function find(file) {
  if (fs.existsSync(file) || path.basename(file) !== file) return file;
  const listed = path.join(defaultDirectory(), file);
  return fs.existsSync(listed) ? listed : file;
}

/** @type {import('./index').Command} */
module.exports = {
  name: 'show',
  usage: '<file>',
  summary: 'read a crash file, stall file, CPU profile, heap snapshot, black box or report of run',
  options: [
    ['--json', 'print the normalised file as one JSON document'],
    ['--html <file>', 'write it as one page with pictures, to be opened or sent'],
    ['--all', 'leave nothing out: every frame, scope and variable'],
  ],
  examples: [
    'loopdet show loopdet/crash.20260131.090807.4242.0.001.json',
    'loopdet show --all --html crash.html FILE',
  ],
  run({ args: [file], options, paper, print }) {
    const found = find(file);
    if (found.endsWith('.heapsnapshot') && options.html === undefined) {
      return require('./heap').run({ args: ['summary', found], options, paper, print });
    }
    const loaded = isBox(found) ? readBox(found) : readFile(found);
    const originals = addOriginals(loaded.document, { mayReadFiles: true });
    if (options.html !== undefined) {
      const { filePage } = require('../../viewer/pages/file');
      fs.writeFileSync(options.html, filePage({ ...loaded, originals }), { mode: 0o600 });
    } else if (options.json) print(toJson(loaded.document));
    else print(renderFile({ ...loaded, originals }, paper, { all: options.all === true }));
    return 0;
  },
};
