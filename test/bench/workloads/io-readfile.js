'use strict';

const { ioWorkload } = require('../lib/io');

module.exports = ioWorkload({
  name: 'io-readfile',
  title: 'fs.promises.readFile of 4 KB, 8 at once',
  notes: ['node-loop-detective does not track the file system: its rows are the noise again.'],
});
