const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { closeOpenEnds } = require('../../../js/replay/entry');
const { fixtures, loopdet, readFixture, temporaryDirectory } = require('./harness');

const CRASH = 'crash.20261120.180051.4711.0.001.json';

/** @param {string[]} args */
function list(...args) {
  const { status, stdout, stderr } = loopdet(['ls', ...args]);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout.trimEnd().split('\n');
}

test('newest first, one line each, only files of ours', () => {
  const [head, ...lines] = list(fixtures);
  assert.match(head, /^WHEN +KIND +PID +TID +SIZE +FILE +WHAT$/);
  assert.equal(lines.length, 8);
  const times = lines.map((line) => line.slice(0, 19));
  assert.deepEqual(times, [...times].sort().reverse());
  // By its content; its name says nothing of when.
  assert.match(lines.join('\n'), /crash +[\d.]+ kB +postmortem\.json +/);
  assert.match(
    lines.find((line) => line.includes(CRASH)),
    /^2026-11-20 18:00:51 +crash +4711 +0 +\d+ kB +crash\.\S+ +TypeError: Cannot/,
  );
  assert.match(lines.join('\n'), /stall +4711 +0 +948 B +\S+ +syscall, 1004 ms so far/);
  assert.match(lines.join('\n'), /crash +4600 +2 .*killed/);
  assert.match(lines.join('\n'), /crash +4500 .*unhandledRejection: null/);
});

test('same second: higher sequence number first', (context) => {
  const directory = temporaryDirectory(context);
  for (const sequence of ['001', '002', '010', '1000']) {
    fs.writeFileSync(
      path.join(directory, `Heap.20261120.180051.7.0.${sequence}.heapsnapshot`),
      '{}',
    );
  }
  const order = list(directory)
    .slice(1)
    .map((line) => /\.(\d+)\.heapsnapshot/.exec(line)?.[1]);
  assert.deepEqual(order, ['1000', '010', '002', '001']);
});

test('the black box, files that are not finished, damaged or empty', (context) => {
  const directory = temporaryDirectory(context);
  const write = (/** @type {string} */ name, /** @type {string} */ content) =>
    fs.writeFileSync(path.join(directory, name), content);
  write('blackbox.1073741823.ring', '\0\0');
  write(`blackbox.${process.pid}.2.ring`, '\0\0');
  write('blackbox.1073741823.ring.damaged', '\0\0');
  write('blackbox.77.ring.old', '\0\0');
  write('crash.20261120.180000.1.0.001.json.partial', '{');
  write('crash.20261120.180000.1.0.002.json.99.partial', '{');
  write('crash.20261120.180001.1.0.001.json', '{"error"');
  write('crash.20261120.180002.1.0.001.json', '');
  write('stall.20261120.180003.1.0.001.json', '{"stall": 5}');
  write('package.json', '{}');
  fs.mkdirSync(path.join(directory, 'crash.20261120.180004.1.0.001.json'));
  const lines = list(directory).slice(1);
  assert.equal(lines.length, 8);
  const text = lines.join('\n');
  assert.match(
    text,
    /blackbox +1073741823 .*flight recorder of a process that has ended: loopdet rec/,
  );
  assert.match(
    text,
    new RegExp(`blackbox +${process.pid} .*flight recorder of a process that runs`),
  );
  assert.match(text, /\.damaged +flight recorder, damaged/);
  assert.match(text, /not finished/);
  assert.match(text, /180000.1.0.002.json.99.partial +not finished/);
  assert.match(text, /180001.* damaged/);
  assert.match(text, /180002.* empty/);
  assert.match(text, /180003.* unknown cause/);
});

test('a crash file of 30 MB is listed from its start alone', (context) => {
  const directory = temporaryDirectory(context);
  const document = { ...readFixture(CRASH), Report: { text: 'x'.repeat(30e6) } };
  fs.writeFileSync(path.join(directory, CRASH), JSON.stringify(document));
  assert.match(list(directory)[1], /30 MB +crash\S+ +TypeError: Cannot read properties/);
});

test('the start of a document is closed where it was open', () => {
  const text = JSON.stringify(readFixture(CRASH));
  for (let length = 200; length < text.length; length += 37) {
    const document = JSON.parse(closeOpenEnds(text.slice(0, length)));
    assert.equal(document.schemaVersion, 1);
  }
});

test('escape sequences in names and messages are spelled out', (context) => {
  const directory = temporaryDirectory(context);
  const document = readFixture(CRASH);
  document.error.message = '\x1b[2J\nsecond';
  fs.writeFileSync(path.join(directory, CRASH), JSON.stringify(document));
  const [, line, ...rest] = list(directory);
  assert.match(line, /TypeError: \\x1b\[2J$/);
  assert.deepEqual(rest, []);
});

test('--json: the same as one document', () => {
  const entries = JSON.parse(list(fixtures, '--json').join('\n'));
  assert.equal(entries.length, 8);
  const crash = entries.find(({ name }) => name === CRASH);
  assert.equal(crash.kind, 'crash');
  assert.equal(crash.pid, 4711);
  assert.equal(crash.bytes, fs.statSync(path.join(fixtures, CRASH)).size);
});

test('LOOPDET_DIR, then ./loopdet, when no directory is named', (context) => {
  const cwd = temporaryDirectory(context);
  const { stdout } = loopdet(['ls'], { cwd, env: { LOOPDET_DIR: fixtures } });
  assert.match(stdout, /TypeError/);
  const missing = loopdet(['ls'], { cwd });
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /^loopdet: loopdet: no such directory; [^\n]+\n$/);
  fs.mkdirSync(path.join(cwd, 'loopdet'));
  assert.match(loopdet(['ls'], { cwd }).stdout, /^no files of loopdet in loopdet\n$/);
});

test('the directory that package.json names', (context) => {
  const cwd = temporaryDirectory(context);
  fs.writeFileSync(path.join(cwd, 'package.json'), '{"loopdet": {"directory": "flights"}}');
  assert.match(loopdet(['ls'], { cwd }).stderr, /^loopdet: flights: no such directory/);
});

test('a file instead of a directory', () => {
  const { status, stderr } = loopdet(['ls', path.join(fixtures, CRASH)]);
  assert.equal(status, 1);
  assert.match(stderr, /is a file; loopdet show FILE reads it/);
});
