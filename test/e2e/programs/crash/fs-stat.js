'use strict';

const fs = require('node:fs');

fs.stat(__filename, (error, stats) => {
  const isFile = stats.isFile();
  throw new Error(`a file: ${isFile} ${error}`);
});
