'use strict';

// A callback throws: node crashes.js NAME.

const dns = require('node:dns');
const fs = require('node:fs');

const thrower = (label) =>
  function handle(error) {
    const order = { label, number: 1017, code: error?.code };
    throw new RangeError(`${order.label} is wrong`);
  };

const programs = {
  'fs.readFile': () => fs.readFile(__filename, thrower('file')),
  'fs.readFile, missing': () => fs.readFile('/nowhere', thrower('missing')),
  'fs.stat': () => fs.stat(__filename, thrower('stat')),
  'dns.lookup': () => dns.lookup('localhost', thrower('name')),
  'child_process.exec': () => {
    // Whether the exit or the end of the output comes last is a race of Node's own.
    Error.stackTraceLimit = 2;
    require('node:child_process').exec('true', thrower('child'));
  },
  readFileSync: () =>
    setTimeout(function handle() {
      const order = { label: 'sync', number: 1017 };
      fs.readFileSync(`/nowhere/${order.label}`);
    }, 1),
};

if (process.argv[2] === 'names') console.log(JSON.stringify(Object.keys(programs)));
else programs[process.argv[2]]();
