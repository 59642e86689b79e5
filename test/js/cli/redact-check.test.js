const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { makeBox } = require('./box');
const { fixture, loopdet, readFixture, temporaryDirectory } = require('./harness');

const CRASH = 'crash.20261120.180051.4711.0.001.json';
// Made of parts: this file is to be free of what looks like a secret.
const KEY = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');

test('a file without secrets', () => {
  const { status, stdout } = loopdet(['redact-check', fixture(CRASH)]);
  assert.equal(status, 0);
  assert.match(stdout, /nothing that looks like a secret/);
});

test('secrets by name and by looks: where and why, and never which', (context) => {
  const document = readFixture(CRASH);
  document.error.message = `no access with ${KEY}`;
  document.error.properties = { password: { type: 'string', text: "'open-sesame'" } };
  document.frames[0].scopes[0].variables.push({
    ...{ name: 'apiToken', value: { type: 'string', text: "'7c2f'" } },
  });
  const file = path.join(temporaryDirectory(context), CRASH);
  fs.writeFileSync(file, JSON.stringify(document));
  const { status, stdout } = loopdet(['redact-check', file, '--json']);
  assert.equal(status, 3);
  const found = JSON.parse(stdout);
  assert.deepEqual(
    found.map(({ rule }) => rule),
    ['aws', 'password', 'token'],
  );
  assert.equal(found[0].at, 'error.message');
  assert.match(found[2].at, /^frames\[0\]\.scopes\[0\]\.variables\[\d+\]$/);
  const text = loopdet(['redact-check', file]);
  assert.equal(text.status, 3);
  assert.match(text.stdout, /^aws +error\.message$/m);
  for (const shown of [stdout, text.stdout]) assert.doesNotMatch(shown, /AKIA|sesame|7c2f/);
  const named = loopdet(['redact-check', fixture(CRASH)], {
    env: { LOOPDET_REDACT_NAMES: 'name' },
  });
  assert.equal(named.status, 3);
});

test('any text, and a black box', (context) => {
  const directory = temporaryDirectory(context);
  const log = path.join(directory, 'app.log');
  fs.writeFileSync(log, `started\nwith ${KEY}\n`);
  assert.match(loopdet(['redact-check', log]).stdout, /^aws +\[1\]$/m);
  const box = path.join(directory, 'blackbox.1073741823.ring');
  makeBox(box, { pid: 1073741823, events: [{ event: 'note', key: 'k', value: KEY }] });
  assert.match(loopdet(['redact-check', box]).stdout, /^aws +blackbox\.notes\[0\]\.value$/m);
  const { status, stderr } = loopdet(['redact-check', path.join(directory, 'none.json')]);
  assert.equal(status, 1);
  assert.match(stderr, /^loopdet: .*none\.json: no such file/);
});
