const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { createPaper } = require('../../../js/cli/render/paper');
const { renderDiagnosis } = require('../../../js/cli/render/diagnosis');
const { loopdet, root } = require('./harness');

const paper = createPaper({ colour: false, unicode: true, columns: 80, isTerminal: true });
const diagnosis = {
  node: 'v22.23.3',
  v8: '12.4.254.21-node.57',
  platform: 'linux x64',
  addon: { file: '/app/node_modules/loopdet-addon/build/Release/loopdet.node', version: '0.1.0' },
  features: [
    { name: 'locals of a crash', works: true, reason: null },
    { name: 'near the heap limit', works: false, reason: 'symbol \x1b[1m not found' },
  ],
  options: [
    {
      name: 'LOOPDET_DIR',
      value: './loopdet',
      source: 'default',
      default: './loopdet',
      meaning: 'where every file goes',
      problem: null,
    },
    {
      name: 'LOOPDET_LAG_THRESHOLD_MS',
      value: 50,
      source: 'default',
      default: 50,
      meaning: 'longer turns are lag events',
      problem: "'abc' is not a number of milliseconds above 0",
    },
  ],
  directory: { path: '/app/loopdet', writable: false, reason: 'read-only file system' },
};

test('works and does not, with the reason', () => {
  const text = renderDiagnosis(diagnosis, paper);
  assert.match(text, /✔ addon +0\.1\.0/);
  assert.match(text, /✔ locals of a crash\n/);
  assert.match(text, /✖ near the heap limit +symbol \\x1b\[1m not found/);
  assert.match(text, /✖ directory +\/app\/loopdet {2}\(read-only file system\)/);
  assert.match(text, /LOOPDET_LAG_THRESHOLD_MS +50 +default\n +▲ 'abc' is not a number/);
  assert.match(text, /1 of 2 work/);
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
});

test('an addon that does not load says why', () => {
  const broken = { ...diagnosis, addon: { error: 'not built for this machine' } };
  const text = renderDiagnosis(broken, paper);
  assert.match(text, /✖ addon +not built for this machine/);
  assert.match(text, /nothing will be recorded/);
});

const exists = fs.existsSync(path.join(root, 'js', 'doctor.js'));
test('the command itself', { skip: !exists && 'js/doctor.js is not there yet' }, () => {
  const { status, stdout } = loopdet(['doctor', '--json']);
  const found = JSON.parse(stdout);
  assert.equal(status, 'error' in found.addon ? 1 : 0);
  assert.equal(loopdet(['doctor']).status, status);
});
