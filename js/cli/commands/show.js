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
  summary: 'read a crash file, stall file, CPU profile or black box',
  options: [
    ['--json', 'print the normalised file as one JSON document'],
    ['--all', 'leave nothing out: every frame, scope and variable'],
  ],
  run({ args: [file], options, paper, print }) {
    const found = find(file);
    const loaded = isBox(found) ? readBox(found) : readFile(found);
    const originals = addOriginals(loaded.document, { mayReadFiles: true });
    if (options.json) print(toJson(loaded.document));
    else print(renderFile({ ...loaded, originals }, paper, { all: options.all === true }));
    return 0;
  },
};
