const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { createPaper } = require('../../../js/cli/render/paper');
const { renderFile } = require('../../../js/cli/render/report');
const { toJson } = require('../../../js/cli/render/json');
const { readFile } = require('../../../js/replay/crash-file');
const { fixtures, loopdet, main, readFixture, temporaryDirectory } = require('./harness');

const paper = createPaper({ colour: false, unicode: true, columns: 80, isTerminal: true });
const CRASH = 'crash.20261120.180051.4711.0.001.json';
// Clear the screen, set the window title, a hyperlink, C1 control sequence introducer, backspaces,
// carriage return, right-to-left override, zero width space, line separator, lone surrogate.
const ESCAPES =
  '\x1b[2J\x1b]0;owned\x07\x1b]8;;http://evil\x1b\\\x9b31m\b\b\r\u202egnp.exe\u200b\u2028\ud800\0\x7f';
// What a terminal might act on, but for newline.
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
const ACTIVE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const WRONG = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'x',
  [],
  {},
  [[]],
  [null],
  { error: 5 },
  { a: { b: 1 } },
];
// JSON that looks like the methods every object has.
const TRAPS = {
  toString: 1,
  valueOf: 2,
  constructor: 3,
  length: 1e9,
  toJSON: 4,
  hasOwnProperty: 5,
};

/**
 * @param {import('node:test').TestContext} context
 * @param {unknown} document an object, or JSON text
 * @param {string} [name]
 */
function written(context, document, name = CRASH) {
  const file = path.join(temporaryDirectory(context), name);
  fs.writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
  return file;
}

/**
 * As a child for what a user sees; the other forms in this process, which is ten times as fast.
 * @param {string} file
 */
function assertHarmless(file) {
  const { status, stdout, stderr } = loopdet(['show', file]);
  assert.ok(status === 0 || status === 1, `exit code ${status}: ${stderr}`);
  assert.equal(stdout === '', status === 1);
  assert.match(stderr, status === 0 ? /^$/ : /^loopdet: [^\n]+\n$/);
  assert.doesNotMatch(stderr, /cannot be understood/);
  const loaded = status === 0 ? readFile(file) : null;
  const everything = loaded ? renderFile(loaded, paper, { all: true }) : '';
  const json = loaded ? toJson(loaded.document) : '{}';
  JSON.parse(json);
  for (const output of [stdout, stderr, everything, json]) assert.doesNotMatch(output, ACTIVE);
  for (const output of [stdout, everything]) assert.doesNotMatch(output, /cannot be shown/);
}

/**
 * Every value of a document replaced by what `replace` makes of it.
 * @param {any} value
 * @param {(leaf: any) => any} replace
 * @returns {any}
 */
function mapLeaves(value, replace) {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, replace));
  if (typeof value !== 'object' || value === null) return replace(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapLeaves(item, replace)]),
  );
}

const samples = fs.readdirSync(fixtures).filter((name) => name !== 'events.jsonl');

for (const name of samples) {
  test(`escape sequences in every string of ${name}`, (context) => {
    const document = mapLeaves(readFixture(name), (leaf) =>
      typeof leaf === 'string' ? `${leaf}${ESCAPES}` : leaf,
    );
    document.kind = readFixture(name).kind;
    assertHarmless(written(context, document, name));
  });
}

test('escape sequences in a kind, in keys and in the name of the file', (context) => {
  const document = readFixture(CRASH);
  document.kind = ESCAPES;
  document.error.properties = { [ESCAPES]: ESCAPES };
  document.gc.byKind = { [ESCAPES]: 1 };
  document.Scripts[81].source = ESCAPES.repeat(20).concat('\n').repeat(20);
  const name = `crash.${'\x1b[31m'}.json`;
  assertHarmless(written(context, document, name));
  assertHarmless(written(context, '{', name));
});

test('wrong types in place of every section', (context) => {
  const file = written(context, '');
  for (const wrong of [...WRONG, TRAPS]) {
    const document = readFixture(CRASH);
    for (const key of Object.keys(document)) {
      if (!['schemaVersion', 'kind'].includes(key)) document[key] = wrong;
    }
    fs.writeFileSync(file, JSON.stringify(document));
    assertHarmless(file);
  }
});

for (const name of samples) {
  test(`wrong types in place of every value of ${name}`, (context) => {
    const file = written(context, '', name);
    for (const wrong of [5, 'x', {}, [[]], TRAPS]) {
      const { schemaVersion, kind, ...rest } = readFixture(name);
      const changed = mapLeaves(rest, () => wrong);
      fs.writeFileSync(file, JSON.stringify({ schemaVersion, kind, ...changed }));
      assertHarmless(file);
    }
  });
}

test('keys that are special in JavaScript', (context) => {
  const text = JSON.stringify(readFixture(CRASH)).replaceAll(
    /"(name|stack|file|byKind|properties)":/g,
    '"__proto__":{"polluted":true},"constructor":{"prototype":{}},"$1":',
  );
  assertHarmless(written(context, text));
});

test('nested thousands of levels: shown without the depth', (context) => {
  const deep = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`;
  const deeper = '['.repeat(5000) + ']'.repeat(5000);
  const text = JSON.stringify({ ...readFixture(CRASH), Report: 'REPORT', code: 'CODE' });
  const file = written(context, text.replace('"REPORT"', deep).replace('"CODE"', deeper));
  assertHarmless(file);
  assert.match(loopdet(['show', file]).stdout, /nested deeper than 200 levels/);
  const { status, stdout } = loopdet(['show', file, '--json']);
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).schemaVersion, 1);
});

test('ten million brackets: refused', (context) => {
  const file = written(context, `{"schemaVersion":1,"kind":"exit","a":${'['.repeat(1e7)}`);
  const { status, stderr } = loopdet(['show', file]);
  assert.equal(status, 1);
  assert.match(stderr, /nested more than 10000 levels deep/);
});

test('a chain of a hundred causes', (context) => {
  const document = readFixture(CRASH);
  for (let level = 0; level < 100; level++)
    document.error = { ...document.error, cause: document.error };
  assertHarmless(written(context, document));
});

/** @type {[string, (document: any, text: string) => void][]} */
const PLACES = [
  ['message', ({ error }, text) => Object.assign(error, { message: text })],
  ['stack', ({ error }, text) => Object.assign(error, { stack: text })],
  ['value', ({ frames }, text) => Object.assign(frames[0].scopes[0].variables[0].value, { text })],
  ['source', ({ Scripts }, text) => Object.assign(Scripts[81], { source: text })],
];
for (const [place, put] of PLACES) {
  const megabytes = place === 'message' ? 50 : 5;
  test(`a string of ${megabytes} MB as ${place}: one page, in time`, (context) => {
    const document = readFixture(CRASH);
    put(document, 'ab\n\x1b[1m'.repeat((megabytes * 1e6) / 8));
    const { status, stdout } = loopdet(['show', written(context, document)]);
    assert.equal(status, 0);
    assert.ok(stdout.length < 30_000);
    assert.doesNotMatch(stdout, ACTIVE);
  });
}

test('a minified source line of 20 MB', (context) => {
  const document = readFixture(CRASH);
  document.Scripts[81].source = `${'x'.repeat(1e7)}HERE${'y'.repeat(1e7)}`;
  Object.assign(document.frames[0], { line: 1, column: 1e7 + 1 });
  const { stdout } = loopdet(['show', written(context, document)]);
  assert.match(stdout, /…x+HEREy+…/);
});

test('a hundred thousand frames, variables, samples and handles', (context) => {
  const document = readFixture(CRASH);
  const many = (/** @type {unknown} */ item) => Array(1e5).fill(item);
  document.handles.active = many({ type: 'Timeout' });
  document.frames[0].scopes[0].variables = many({
    name: 'a',
    value: { type: 'number', text: '1' },
  });
  document.frames = [...document.frames, ...many(document.frames[4])];
  document.stall = {
    sinceMs: 1,
    samples: many({ count: 1, stack: [] }),
    syscall: null,
    cause: 'js',
  };
  const { status, stdout } = loopdet(['show', written(context, document)]);
  assert.equal(status, 0);
  assert.ok(stdout.split('\n').length < 300);
});

test('a profile that goes in circles, with samples of no node', (context) => {
  const document = readFixture('CPU.20261120.180051.4711.0.001.cpuprofile');
  document.nodes[5].children = [1, 5, 6];
  document.samples[3] = 'x';
  document.timeDeltas[4] = null;
  assertHarmless(written(context, document, 'CPU.x.cpuprofile'));
  document.nodes = document.nodes.map((/** @type {any} */ node) => ({
    ...node,
    children: [1, 2, 3],
  }));
  assertHarmless(written(context, document, 'CPU.y.cpuprofile'));
});

test('a crash file cannot name files elsewhere', (context) => {
  const document = readFixture(CRASH);
  document.profile.file = '../../../../etc/passwd';
  assert.doesNotMatch(loopdet(['show', written(context, document)]).stdout, /passwd/);
});

test('a reader that closes the pipe early is no error', async (context) => {
  const document = { ...readFixture(CRASH), Report: { text: 'x'.repeat(5e6) } };
  const child = spawn(process.execPath, [main, 'show', written(context, document), '--json'], {
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const [status] = await once(child, 'close');
  assert.equal(complaint, '');
  assert.equal(status, 0);
});
