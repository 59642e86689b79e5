const fs = require('node:fs');
const { configureRedaction, findSecrets } = require('../../crash/redact');
const { UnreadableFile } = require('../../replay/crash-file');
const { isBox, readBox } = require('../black-box');
const { redactNames } = require('../environment');
const { toJson } = require('../render/json');
const { renderSecrets } = require('../render/secrets');

const EXIT_FOUND = 3;

/** @param {string} file @returns {unknown} the document, or whatever text it has */
function readAny(file) {
  if (isBox(file)) return readBox(file).document;
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    const problem = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
    throw new UnreadableFile(file, problem, 'loopdet ls lists what there is');
  }
  try {
    return JSON.parse(text);
  } catch {
    // Whatever it is, its lines can be read.
    return text.split('\n');
  }
}

/** @type {import('./index').Command} */
module.exports = {
  name: 'redact-check',
  usage: '<file>',
  summary: 'say where a file still holds what looks like a secret; exit code 3 if it does',
  options: [['--json', 'print what was found as one JSON document']],
  examples: ['loopdet redact-check loopdet/crash.20260131.090807.4242.0.001.json'],
  run({ args: [file], options, paper, print }) {
    configureRedaction({ redact: true, redactNames: redactNames() });
    const found = findSecrets(readAny(file));
    print(options.json ? toJson(found) : renderSecrets(file, found, paper));
    return found.length > 0 ? EXIT_FOUND : 0;
  },
};
