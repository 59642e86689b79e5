const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { makeBox } = require('./box');
const { fixture, loopdet, readFixture, temporaryDirectory } = require('./harness');
const { faults } = require('./schemas');

const RECOVERED = 'crash.20261120.170000.4800.0.001.json';
const DEAD = 1073741823;

/** @param {string[]} args */
function run(...args) {
  const { status, stdout, stderr } = loopdet(args);
  assert.equal(stderr, '');
  return { status, stdout };
}

test('show: how it ended, when it was last seen, what it did then', () => {
  const text = run('show', fixture(RECOVERED)).stdout;
  assert.match(text, /^ KILLED /);
  assert.match(text, /most likely killed by the kernel/);
  assert.match(text, /last seen +2026-11-21 02:28:12 UTC, 3,524 ms after its start/);
  assert.match(text, /main thread +busy for [\d,]+ ms, 2 operations under way/);
  assert.match(text, /container +498 MB {2}█+░* +97 % of 512 MB/);
  assert.match(text, /note +release = "1\.2\.3"/);
  assert.match(text, /last events \(8 of \d+\)\n +\d\d:\d\d:\d\d\.\d+ +stall/);
  assert.match(text, /❯ {2}0 {2}spin {2}\/srv\/shop\/app\.js:5/);
  assert.match(text, /Stall ─+ {2}for [\d,]+ ms so far/);
  assert.match(text, /still under way \(2\)/);
  assert.match(text, /resources, handles, gc, redaction: not known: the process was killed/);
  assert.doesNotMatch(text, /mean {2}–|undefined|cannot be shown/);
});

test('show: the signal with its native frames, and a damaged box', (context) => {
  const document = readFixture(RECOVERED);
  document.kind = 'signal';
  document.complete = false;
  document.blackbox.fatal = {
    ...{ event: 'fatal', signal: 'SIGSEGV', number: 11, address: '0x10', threadName: 'node' },
    native: [{ address: '0x7f01', module: '/usr/bin/node', offset: '0x1a2b' }, { address: '0x9' }],
  };
  assert.equal(faults('crash', document), '');
  const file = path.join(temporaryDirectory(context), RECOVERED);
  fs.writeFileSync(file, JSON.stringify(document));
  const text = run('show', file).stdout;
  assert.match(text, /ENDED BY A SIGNAL/);
  assert.match(text, /signal +SIGSEGV at 0x10 in node\n +\/usr\/bin\/node\+0x1a2b\n +0x9\n/);
  assert.match(text, /not complete: the black box is damaged/);
});

test('show: any value in the place of any field of the black box', (context) => {
  const file = path.join(temporaryDirectory(context), RECOVERED);
  const { blackbox } = readFixture(RECOVERED);
  for (const key of Object.keys(blackbox)) {
    for (const value of [null, 5, 'x', [null, 7, { a: {} }], { b: [] }]) {
      const document = { ...readFixture(RECOVERED), blackbox: { ...blackbox, [key]: value } };
      fs.writeFileSync(file, JSON.stringify(document));
      assert.doesNotMatch(run('show', file).stdout, /cannot be shown/, key);
    }
  }
});

test('recover: a crash file of a dead process, which show reads', (context) => {
  const directory = temporaryDirectory(context);
  const note = { event: 'note', time: '2026-11-20T17:00:00.000Z', key: 'job', value: 7 };
  makeBox(path.join(directory, `blackbox.${DEAD}.ring`), { pid: DEAD, events: [note] });
  const { status, stdout } = run('recover', directory);
  assert.equal(status, 0);
  const [, name] = /^(crash\.\S+\.json) {2}killed {2}pid 1073741823\n$/.exec(stdout) ?? [];
  assert.ok(name, stdout);
  assert.deepEqual(fs.readdirSync(directory), [name]);
  const document = JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'));
  assert.equal(faults('crash', document), '');
  assert.deepEqual(Object.keys(document).slice(4, 7), ['error', 'header', 'frames']);
  assert.match(run('show', path.join(directory, name)).stdout, /note +job = 7/);
  assert.equal(run('recover', directory).stdout, `no black box in ${directory}\n`);
});

test('recover --keep and --json: the box stays, and makes no second file', (context) => {
  const directory = temporaryDirectory(context);
  const box = path.join(directory, `blackbox.${DEAD}.ring`);
  makeBox(box, { pid: DEAD, events: [] });
  const first = JSON.parse(run('recover', box, '--keep', '--json').stdout);
  assert.equal(first.length, 1);
  assert.equal(first[0].kind, 'killed');
  const second = JSON.parse(run('recover', directory, '--keep', '--json').stdout);
  assert.deepEqual(second, first);
  assert.equal(fs.readdirSync(directory).length, 2);
});

test('show reads a box without recovering it', (context) => {
  const box = path.join(temporaryDirectory(context), `blackbox.${DEAD}.ring`);
  makeBox(box, { pid: DEAD, events: [] });
  assert.match(run('show', box).stdout, /^ KILLED /);
  assert.deepEqual(fs.readdirSync(path.dirname(box)), [path.basename(box)]);
});

test('what is no box: one line, exit code 1, and not met again', (context) => {
  const directory = temporaryDirectory(context);
  const box = path.join(directory, `blackbox.${DEAD}.ring`);
  fs.writeFileSync(box, 'not a box');
  const shown = loopdet(['show', box]);
  assert.equal(shown.status, 1);
  assert.match(shown.stderr, /^loopdet: [^\n]*too short for a black box; [^\n]+\n$/);
  const { status, stdout } = run('recover', directory);
  assert.equal(status, 1);
  assert.match(
    stdout,
    /too short for a black box; it is now blackbox\.1073741823\.ring\.damaged\n$/,
  );
  assert.equal(run('recover', directory).status, 0);
});

test('recover of a place that is not there', () => {
  const { status, stdout, stderr } = loopdet(['recover', '/nowhere']);
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^loopdet: \/nowhere: no such file or directory; [^\n]+\n$/);
});
