'use strict';

// graceful-fs, required (it clones fs) or let loose on fs itself (it replaces functions of fs).

const plain = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const graceful = require('graceful-fs');

// These end in any order.
const lines = [];
const say = (...words) => lines.push(words);

const before = plain.readFile;
const fs = process.argv[2] === 'gracefulify' ? graceful.gracefulify(plain) : graceful;
console.log('fs was changed:', plain.readFile !== before, 'is fs:', fs === plain);

const folder = plain.mkdtempSync(path.join(os.tmpdir(), 'graceful-'));
const file = path.join(folder, 'one');
process.on('exit', () => {
  plain.rmSync(folder, { recursive: true });
  for (const words of lines.sort()) console.log(...words);
});

fs.writeFile(file, 'text', (failed) => {
  say('written', failed);
  fs.readFile(file, 'utf8', (error, text) => {
    say('read', error, text);
    fs.readdir(folder, (wrong, names) => {
      say('listed', wrong, names);
      fs.rename(file, `${file}.two`, (notRenamed) => say('renamed', notRenamed));
    });
  });
});
fs.readFile(path.join(folder, 'none'), (error) => say('missing', error.code, error.syscall));
fs.createReadStream(__filename)
  .on('close', () => say('stream closed'))
  .resume();
fs.promises.stat(__filename).then((stats) => say('stat', stats.isFile()));
say(fs.statSync(__filename).isFile(), fs.existsSync(folder));
// More than may be open at a time on some machines: they wait for each other.
let left = 300;
for (let number = 0; number < 300; number++) {
  fs.readFile(__filename, (error) => {
    if (error) say(error);
    if (--left === 0) say('all of them');
  });
}
