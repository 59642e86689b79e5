'use strict';

const fs = require('node:fs');

fs.readFile(`${__filename}.missing`, (error, data) => {
  const wanted = 'the missing file';
  console.log(wanted.length, data.length, error);
});
