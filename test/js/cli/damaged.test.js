const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const zlib = require('node:zlib');
const { UnreadableFile, readFile } = require('../../../js/replay/crash-file');
const { fixture, fixtures, loopdet, temporaryDirectory } = require('./harness');

const CRASH = 'crash.20261120.180051.4711.0.001.json';

/**
 * One line on stderr that names the file, nothing on stdout, exit code 1, no stack of ours.
 * @param {string} file
 * @param {RegExp} problem
 */
function assertOneLine(file, problem) {
  for (const options of [[], ['--json']]) {
    const { status, stdout, stderr } = loopdet(['show', file, ...options]);
    assert.equal(status, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^loopdet: [^\n]+; [^\n]+\n$/);
    assert.ok(stderr.includes(path.basename(file)), stderr);
    assert.match(stderr, problem);
    assert.doesNotMatch(stderr, /\bat .*\.js:\d+/);
  }
}

/**
 * @param {import('node:test').TestContext} context
 * @param {string | Buffer} content
 * @param {string} [name]
 */
function written(context, content, name = 'crash.20261120.180051.1.0.001.json') {
  const file = path.join(temporaryDirectory(context), name);
  fs.writeFileSync(file, content);
  return file;
}

test('cut short anywhere: always one clear refusal', (context) => {
  for (const name of fs.readdirSync(fixtures).filter((item) => item !== 'events.jsonl')) {
    const whole = fs.readFileSync(fixture(name));
    const file = written(context, '', name);
    const descriptor = fs.openSync(file, 'w');
    fs.writeSync(descriptor, whole);
    const end = whole.lastIndexOf('}');
    // Every byte of the small ones; a step that meets every kind of place in the large ones.
    const step = whole.length > 4000 ? 7 : 1;
    for (let length = end; length >= 0; length -= step) {
      fs.ftruncateSync(descriptor, length);
      assert.throws(
        () => readFile(file),
        (error) =>
          error instanceof UnreadableFile &&
          /is (?:cut short|empty|not a JSON object)/.test(error.problem),
        `${name} at ${length}`,
      );
    }
    fs.closeSync(descriptor);
  }
});

test('cut short, seen from the command line', (context) => {
  const whole = fs.readFileSync(fixture(CRASH));
  for (const length of [1, 2, 57, 500, 1999, 5000, 9001, whole.length - 3]) {
    const file = written(context, whole.subarray(0, length));
    assertOneLine(file, new RegExp(`is cut short after ${length} bytes`));
  }
});

test('every byte altered in turn: a report or a refusal, never anything else', (context) => {
  const whole = fs.readFileSync(fixture('stall.20261120.175500.4711.0.001.json'));
  const file = written(context, '');
  for (let index = 0; index < whole.length; index++) {
    for (const byte of [0x00, 0x22, 0x7d]) {
      const altered = Buffer.from(whole);
      altered[index] = byte;
      fs.writeFileSync(file, altered);
      try {
        readFile(file);
      } catch (error) {
        assert.ok(error instanceof UnreadableFile, `${index}: ${error}`);
        assert.doesNotMatch(error.message, /cannot be understood/);
      }
    }
  }
});

test('empty', (context) => assertOneLine(written(context, ''), /is empty/));
test('white space only', (context) =>
  assertOneLine(written(context, ' \n\n'), /is not a JSON object/));
test('text', (context) => assertOneLine(written(context, 'hello'), /is not a JSON object/));
test('binary', (context) =>
  assertOneLine(written(context, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0])), /binary/));
test('a list', (context) => assertOneLine(written(context, '[1]'), /is not a JSON object/));
test('damaged inside', (context) =>
  assertOneLine(written(context, '{"schemaVersion": 1, "kind" "x"}'), /is damaged/));
test('something behind the end', (context) =>
  assertOneLine(written(context, '{"schemaVersion": 1} x'), /is damaged/));
test('other JSON', (context) =>
  assertOneLine(written(context, '{"name": "app"}'), /no crash file, stall file or CPU profile/));
test('live events', () => assertOneLine(fixture('events.jsonl'), /holds 9 JSON documents/));
test('a heap snapshot', (context) =>
  assertOneLine(
    written(context, '{"snapshot":{"meta":{}}}', 'a.heapsnapshot'),
    /at byte 12: nodes have no "type"/,
  ));
test("a diagnostic report of Node's own", (context) =>
  assertOneLine(written(context, '{"header":{"reportVersion":5}}'), /diagnostic report/));
test('a newer version of the format', (context) =>
  assertOneLine(written(context, '{"schemaVersion":2,"kind":"x"}'), /newer loopdet.*update/));
test('a file that was not finished', (context) =>
  assertOneLine(written(context, '{"schema', 'crash.json.partial'), /no \.partial/));
test('damaged gzip', (context) => {
  const packed = zlib.gzipSync(fs.readFileSync(fixture(CRASH)));
  assertOneLine(written(context, packed.subarray(0, 300), 'a.json.gz'), /cannot be decompressed/);
});
test('no such file', () => assertOneLine('/nowhere/crash.json', /no such file/));
test('a directory', () => assertOneLine(fixtures, /is a directory.*loopdet ls/));
test('a device', () => assertOneLine('/dev/null', /not a regular file/));
test('a byte order mark is no damage', (context) => {
  const file = written(context, `\ufeff${fs.readFileSync(fixture(CRASH), 'utf8')}`);
  assert.equal(readFile(file).type, 'crash');
});
test('a file without read permission', { skip: process.getuid?.() === 0 }, (context) => {
  const file = written(context, '{}');
  fs.chmodSync(file, 0);
  assertOneLine(file, /permission denied/);
});
