const { listDirectory } = require('../../replay/directory');
const { defaultDirectory } = require('../environment');
const { toJson } = require('../render/json');
const { renderListing } = require('../render/listing');

/** @type {import('./index').Command} */
module.exports = {
  name: 'ls',
  usage: '[dir]',
  summary: 'list the files that loopdet wrote, newest first',
  options: [['--json', 'print the list as one JSON document']],
  examples: ['loopdet ls', 'loopdet ls /var/loopdet --json'],
  run({ args: [directory = defaultDirectory()], options, paper, print }) {
    const files = listDirectory(directory);
    const plain = files.map(({ order, ...entry }) => entry);
    print(options.json ? toJson(plain) : renderListing(directory, files, paper));
    return 0;
  },
};
