'use strict';

const { execSync } = require('node:child_process');

function runBackup() {
  execSync('sleep 1.5');
}

setTimeout(() => {
  runBackup();
  setTimeout(() => console.log('over'), 50);
}, 50);
