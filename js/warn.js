'use strict';

const fs = require('node:fs');

/** One line on stderr, written at once: the program may end right after. @param {string} message */
function warn(message) {
  try {
    fs.writeSync(2, `loopdet: ${message}\n`);
  } catch {
    // Nobody reads stderr: then nobody misses the line.
  }
}

module.exports = { warn };
