'use strict';

// A throw in a file that uses modules of Node's, by their names and by another, and has variables with such names.

const fs = require('node:fs');
const childProcess = require('node:child_process');
const path = require('node:path');
const files = require('node:fs');
const url = { own: { of: 'the program' } };

setTimeout(() => {
  const list = [fs, childProcess, path, files, url];
  throw new Error(`of ${list.length}`);
}, 1);
