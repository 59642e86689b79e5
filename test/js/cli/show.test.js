const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const zlib = require('node:zlib');
const { fixture, fixtures, loopdet, readFixture, withoutColours } = require('./harness');
const { temporaryDirectory } = require('./harness');

const CRASH = 'crash.20261120.180051.4711.0.001.json';
const PROFILE = 'CPU.20261120.180051.4711.0.001.cpuprofile';

/**
 * @param {string} file
 * @param {...string} options
 */
function show(file, ...options) {
  const { status, stdout, stderr } = loopdet(['show', file, ...options]);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout;
}

test('a crash: error with stack, cause chain, code and properties', () => {
  const text = show(fixture(CRASH));
  assert.match(text, /UNCAUGHT EXCEPTION/);
  assert.match(text, /TypeError: Cannot read properties of undefined \(reading 'first'\)/);
  assert.match(text, /at greet \(\/srv\/shop\/server\.js:16:37\)/);
  assert.match(text, /Caused by\n +Error: user 7 has no name\n +at Store\.load/);
  assert.match(text, /ERR_SIGNUP/);
  assert.match(text, /requestId +"c0ffee"/);
});

test('a crash: frames with file:line:column, source line and aligned variables', () => {
  const text = show(fixture(CRASH));
  assert.match(text, /❯ {2}0 {2}greet {2}\/srv\/shop\/server\.js:16:37/);
  assert.match(text, /^ {3}3 {2}listOnTimeout {2}node:internal\/timers:594:17$/m);
  const lines = text.split('\n');
  const source = lines.findIndex((line) => line.includes('user.name.first}`;'));
  const caret = lines[source + 1].indexOf('▲');
  assert.equal(lines[source].slice(caret, caret + 5), 'first');
  const columns = ['user ', 'salutation '].map((name) => {
    const line = lines.find((item) => item.startsWith(`        ${name}`)) ?? '';
    return line.search(/[{"]/);
  });
  assert.equal(columns[0], columns[1]);
  assert.doesNotMatch(text, /__dirname/);
  assert.match(show(fixture(CRASH), '--all'), /__dirname/);
});

test('a crash: how it was captured, what was cut, lag, functions, patterns, memory, gc', () => {
  const text = show(fixture(CRASH));
  assert.match(text, /capture: throw in 11\.7 ms/);
  assert.match(text, /cut: the value of request\.socket \(deeper than LOOPDET_CAPTURE_DEPTH 3\)/);
  assert.match(text, /p99 48\.7 ms +max 2,013 ms/);
  assert.match(text, /2,013 ms {2}js +parseRow/);
  assert.match(text, /52 % +2,103 ms +█+ +parseRow/);
  assert.match(text, /cpu-hog +52 %/);
  assert.match(text, /JS heap +61 MB .* 23 % of 268 MB/);
  assert.match(text, /collections +212 in 611 ms \(scavenge 190, mark-sweep 22\)/);
  assert.match(text, /2 secrets redacted/);
  assert.match(text, new RegExp(`loopdet show .*${PROFILE}`));
});

test('a thrown null, and a reason for fewer frames', () => {
  const text = show(fixture('crash.20261120.174500.4500.0.001.json'));
  assert.match(text, /UNHANDLED REJECTION \(HANDLED\)/);
  assert.match(text, /not an Error:\n +null/);
  assert.match(text, /capture: a debugger is attached/);
});

test('a killed process: what could not be recorded is named', () => {
  const text = show(fixture('crash.20261120.175000.4600.2.001.json'));
  assert.match(text, /KILLED/);
  assert.match(text, /worker thread 2/);
  assert.match(text, /not complete/);
  assert.match(text, /io, memory, .*: the process was killed before it could be recorded/);
  assert.match(text, /96 % \(480 samples\)/);
});

test('stall files: cause, system call, native functions, time, stacks by weight', () => {
  const blocked = show(fixture('stall.20261120.175500.4711.0.001.json'));
  assert.match(blocked, /system call +read {2}on \/run\/shop\/commands\.fifo/);
  assert.match(blocked, /__libc_read < uv__fs_read/);
  assert.match(blocked, /still lasted/);
  const busy = show(fixture('stall.20261120.180012.4711.0.001.json'));
  assert.match(busy, /1,990 ms +█+░* +on a CPU/);
  assert.ok(busy.indexOf('171 samples') < busy.indexOf('12 samples'));
  assert.match(busy, /\(2 samples\).*\n {4}no stack: /);
});

test('a CPU profile: self and total time, idle time left out', () => {
  const text = show(fixture(PROFILE));
  assert.match(text, /2,000 ms · 200 samples · 70 % busy/);
  assert.match(text, /57 % +800 ms +█+ +parseRow/);
  assert.match(text, /79 % +1,100 ms +█+ +importAll/);
  assert.doesNotMatch(text, /\(idle\)/);
});

test('a file of inspector-postmortem, plain and compressed', (context) => {
  const text = show(fixture('postmortem.json'));
  assert.match(text, /RangeError: over the limit by 1500/);
  assert.match(text, /withdraw {2}\/app\/app\.js:3:9/);
  assert.match(text, /account +\{id: 7, tags: \["vip", true\]/);
  const file = path.join(temporaryDirectory(context), 'postmortem.json.gz');
  fs.writeFileSync(file, zlib.gzipSync(fs.readFileSync(fixture('postmortem.json'))));
  assert.equal(show(file), text);
});

test('--json prints one document: the file itself, when nothing had to be mended', () => {
  const files = fs.readdirSync(fixtures).filter((name) => /^(crash|stall)\./.test(name));
  for (const name of files) {
    assert.deepEqual(JSON.parse(show(fixture(name), '--json')), readFixture(name), name);
  }
});

test('no colours in a pipe; FORCE_COLOR gives them and NO_COLOR takes them', () => {
  const plain = show(fixture(CRASH));
  assert.ok(!plain.includes('\x1b'));
  const coloured = loopdet(['show', fixture(CRASH)], { env: { FORCE_COLOR: '1' } }).stdout;
  assert.ok(coloured.includes('\x1b[1m'));
  assert.equal(withoutColours(coloured), plain);
  const refused = loopdet(['show', fixture(CRASH)], { env: { NO_COLOR: '1' } }).stdout;
  assert.equal(refused, plain);
});

test('no line is wider than the page, and every colour ends on its line', () => {
  for (const name of fs.readdirSync(fixtures).filter((item) => item !== 'events.jsonl')) {
    const { stdout } = loopdet(['show', fixture(name)], { env: { FORCE_COLOR: '1' } });
    for (const line of stdout.split('\n')) {
      assert.ok(withoutColours(line).length <= 100, `${name}: ${line}`);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours themselves
      const codes = [...line.matchAll(/\x1b\[(\d+)m/g)].map((match) => Number(match[1]));
      assert.equal(codes.length % 2, 0, line);
    }
  }
});

test('a locale without UTF-8 gets plain characters for lines and bars', () => {
  const { stdout } = loopdet(['show', fixture(PROFILE)], { env: { LANG: 'C', LC_ALL: 'C' } });
  assert.match(stdout, /57 % +800 ms +#+ +parseRow/);
  assert.ok(!stdout.includes('█') && !stdout.includes('─'));
});

test('a bare name, as `loopdet ls` prints it, is found in the directory of loopdet', (context) => {
  const cwd = temporaryDirectory(context);
  const { status, stdout } = loopdet(['show', CRASH], { cwd, env: { LOOPDET_DIR: fixtures } });
  assert.equal(status, 0);
  assert.match(stdout, /UNCAUGHT EXCEPTION/);
});

test('a crash before the profile has begun says so', (context) => {
  const document = readFixture(CRASH);
  Object.assign(document.profile, { durationMs: 80, samples: 1, topFunctions: [], patterns: [] });
  const file = path.join(temporaryDirectory(context), CRASH);
  fs.writeFileSync(file, JSON.stringify(document));
  assert.match(
    show(file),
    /CPU profile .* 80\.0 ms\n +none yet: it begins when the program first rests/,
  );
});
