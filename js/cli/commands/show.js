const { readFile } = require('../../replay/crash-file');
const { toJson } = require('../render/json');
const { renderFile } = require('../render/report');

/** @type {import('./index').Command} */
module.exports = {
  name: 'show',
  usage: '<file>',
  summary: 'read a crash file, stall file or CPU profile',
  options: [
    ['--json', 'print the normalised file as one JSON document'],
    ['--all', 'leave nothing out: every frame, scope and variable'],
  ],
  run({ args: [file], options, paper, print }) {
    const loaded = readFile(file);
    if (options.json) print(toJson(loaded.document));
    else print(renderFile(loaded, paper, { all: options.all === true }));
    return 0;
  },
};
