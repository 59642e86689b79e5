const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { loopdet, readFixture, temporaryDirectory, withoutColours } = require('./harness');

const CRASH = 'crash.20261120.180051.4711.0.001.json';
const ORIGINAL = [
  '// greets',
  'export function welcome(user: User) {',
  '  return user.first;',
  '}',
].join('\n');
/** Line 16, column 10 and what follows it, are line 3, column 3 of the source. */
const MAP = {
  version: 3,
  sources: ['src/greet.ts'],
  sourcesContent: [ORIGINAL],
  names: ['welcome'],
  mappings: `${';'.repeat(15)}SAEEA`,
};

/** @param {import('node:test').TestContext} context @param {(script: any, directory: string) => void} change */
function crashWith(context, change) {
  const directory = temporaryDirectory(context);
  const crash = readFixture(CRASH);
  crash.Scripts['81'].params.url = `file://${directory}/server.js`;
  for (const frame of crash.frames) {
    if (frame.scriptId === '81') frame.url = crash.Scripts['81'].params.url;
  }
  change(crash.Scripts['81'], directory);
  const file = path.join(directory, CRASH);
  fs.writeFileSync(file, JSON.stringify(crash));
  return file;
}

/** @param {string} file @param {...string} options */
function show(file, ...options) {
  const { status, stdout, stderr } = loopdet(['show', file, ...options]);
  assert.deepEqual([stderr, status], ['', 0]);
  return withoutColours(stdout);
}

/** @param {string} text @param {string} directory */
function showsOriginal(text, directory) {
  assert.ok(text.includes(`${directory}/src/greet.ts:3:3  (${directory}/server.js:16:37)`), text);
  assert.match(text, /3 │ {3}return user\.first;/);
}

test('a map beside the script: original position and source, and the generated position', (context) => {
  const file = crashWith(context, ({ params }, directory) => {
    params.sourceMapURL = 'server.js.map';
    fs.writeFileSync(path.join(directory, 'server.js.map'), JSON.stringify(MAP));
  });
  showsOriginal(show(file), path.dirname(file));
  const [frame] = JSON.parse(show(file, '--json')).frames;
  assert.deepEqual([frame.line, frame.column], [16, 37]);
  const url = `${path.dirname(file)}/src/greet.ts`;
  assert.deepEqual(frame.original, { url, line: 3, column: 3, name: 'welcome' });
});

test('a map within the script', (context) => {
  const file = crashWith(context, (script) => {
    const data = Buffer.from(JSON.stringify(MAP)).toString('base64');
    script.source += `\n//# sourceMappingURL=data:application/json;base64,${data}\n`;
    script.params.sourceMapURL = 'data:';
  });
  showsOriginal(show(file), path.dirname(file));
});

test('a map without the source: the file of the source is read', (context) => {
  const file = crashWith(context, ({ params }, directory) => {
    params.sourceMapURL = 'server.js.map';
    const { sourcesContent: _, ...map } = MAP;
    fs.writeFileSync(path.join(directory, 'server.js.map'), JSON.stringify(map));
    fs.mkdirSync(path.join(directory, 'src'));
    fs.writeFileSync(path.join(directory, 'src/greet.ts'), ORIGINAL);
  });
  showsOriginal(show(file), path.dirname(file));
});

/** @type {[string, (params: any, directory: string) => void][]} */
const BAD = [
  ['is not there', (params) => (params.sourceMapURL = 'gone.map')],
  ['is elsewhere', (params) => (params.sourceMapURL = 'https://example.com/server.js.map')],
  ['is no map', (params) => (params.sourceMapURL = '/etc/hostname')],
  ['is no text', (params) => (params.sourceMapURL = 7)],
  ['is a folder', (params) => (params.sourceMapURL = '.')],
  [
    'has nonsense in it',
    (params, directory) => {
      params.sourceMapURL = 'bad.map';
      const bad = { version: 3, sources: [null, 5], names: 'x', mappings: '\u0000;;AAAA////' };
      fs.writeFileSync(path.join(directory, 'bad.map'), JSON.stringify(bad));
    },
  ],
  [
    'is a pipe that nobody writes to',
    (params, directory) => {
      params.sourceMapURL = 'pipe.map';
      execFileSync('mkfifo', [path.join(directory, 'pipe.map')]);
    },
  ],
];
for (const [what, change] of BAD) {
  test(`a map that ${what}: the generated position stands`, (context) => {
    const file = crashWith(context, ({ params }, directory) => change(params, directory));
    assert.ok(show(file).includes(`${path.dirname(file)}/server.js:16:37`));
  });
}
