'use strict';

// process.exit in awkward places: node exits.js NAME.

const childProcess = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');

const programs = {
  'in a callback': () => fs.readFile(__filename, () => process.exit(3)),
  'in a native callback': () => fs.stat(__filename, () => process.exit(3)),
  'in a lookup callback': () => dns.lookup('localhost', () => process.exit(3)),
  'after an await': async () => {
    await fs.promises.readFile(__filename);
    process.exit(3);
  },
  'in a child exit': () => childProcess.spawn('true').on('exit', () => process.exit(3)),
  'while much is under way': () => {
    for (let number = 0; number < 200; number++) {
      fs.readFile(__filename, () => {});
      fs.promises.readFile(__filename);
    }
    fs.stat(__filename, () => process.exit(3));
  },
  'at once': () => {
    fs.readFile(__filename, () => console.log('never'));
    process.exit(3);
  },
  'in a getter that a call reads': () => {
    fs.readFileSync(__filename, {
      get encoding() {
        process.exit(3);
        return 'utf8';
      },
    });
  },
  'an exit listener uses fs': () => {
    process.on('exit', () => {
      console.log(fs.readFileSync(__filename).length > 0, fs.existsSync('/nowhere'));
      try {
        fs.statSync('/nowhere');
      } catch (error) {
        console.log(error.code);
      }
      fs.readFile(__filename, () => console.log('never'));
      fs.promises.readFile(__filename).then(() => console.log('never'));
      console.log(String(childProcess.execFileSync('echo', ['word'])));
      process.exit(4);
    });
    fs.readFile(__filename, () => process.exit(3));
  },
};

if (process.argv[2] === 'names') console.log(JSON.stringify(Object.keys(programs)));
else programs[process.argv[2]]();
