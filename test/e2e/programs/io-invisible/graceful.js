'use strict';

// graceful-fs, required (it clones fs) or let loose on fs itself (it replaces functions of fs).

const plain = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const graceful = require('graceful-fs');

const before = plain.readFile;
const fs = process.argv[2] === 'gracefulify' ? graceful.gracefulify(plain) : graceful;
console.log('fs was changed:', plain.readFile !== before, 'is fs:', fs === plain);

const folder = plain.mkdtempSync(path.join(os.tmpdir(), 'graceful-'));
const file = path.join(folder, 'one');
process.on('exit', () => plain.rmSync(folder, { recursive: true }));

fs.writeFile(file, 'text', (failed) => {
  console.log('written', failed);
  fs.readFile(file, 'utf8', (error, text) => {
    console.log('read', error, text);
    fs.readdir(folder, (wrong, names) => {
      console.log('listed', wrong, names);
      fs.rename(file, `${file}.two`, (notRenamed) => console.log('renamed', notRenamed));
    });
  });
});
fs.readFile(path.join(folder, 'none'), (error) =>
  console.log('missing', error.code, error.syscall),
);
fs.createReadStream(__filename)
  .on('close', () => console.log('stream closed'))
  .resume();
fs.promises.stat(__filename).then((stats) => console.log('stat', stats.isFile()));
console.log(fs.statSync(__filename).isFile(), fs.existsSync(folder));
// More than may be open at a time on some machines: they wait for each other.
let left = 300;
for (let number = 0; number < 300; number++) {
  fs.readFile(__filename, (error) => {
    if (error) console.log(error);
    if (--left === 0) console.log('all of them');
  });
}
