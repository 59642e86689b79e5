'use strict';

// As its documentation starts it, with its log in the program's folder.
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

// It notes its log's folder in the home folder.
process.env.HOME = process.cwd();
const requirePeer = createRequire(path.join(__dirname, '..', 'peers', 'package.json'));
requirePeer('xprofiler').start({
  log_dir: process.cwd(),
  ...(process.env.BENCH_PROOF ? { log_interval: 1 } : {}),
});

if (process.env.BENCH_PROOF) {
  const { prove, textOf } = require('./prove');
  prove(() => {
    const log = fs.readdirSync('.').find((name) => /^xprofiler-\d+\.log$/.test(name));
    return log && textOf(log).includes('cpu_usage') && 'lines in its log';
  });
}
