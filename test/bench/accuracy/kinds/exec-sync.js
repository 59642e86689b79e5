'use strict';

const { execSync } = require('node:child_process');

/** @type {import('../types').Kind} */
module.exports = {
  name: 'exec-sync',
  title: "execSync('sleep')",
  causes: ['syscall'],
  blocker: 'blockInExecSync',
  starter: 'startExecSync',
  start: function startExecSync(ms, block) {
    setTimeout(function blockInExecSync() {
      block.begin();
      execSync(`sleep ${ms / 1000}`);
      block.end();
    }, 5);
  },
};
