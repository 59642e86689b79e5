'use strict';

const { fork } = require('node:child_process');

// A child inherits the options of node, the addon among them.
if (process.argv[2] === 'child') process.send({ loaded: process.execArgv.length > 0 });
else fork(__filename, ['child']).on('message', () => console.log('child answered'));
