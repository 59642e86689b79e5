'use strict';

// Tab completes what the command line takes.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { it } = require('node:test');
const { run } = require('./command.js');

it('prints a script that the shell takes', async (context) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await run(['complete', shell]);
    assert.equal(code, 0);
    assert.match(stdout, /loopdet complete -- /);
    const checked = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
    if (checked.error) context.diagnostic(`no ${shell} here`);
    else assert.equal(checked.status, 0, checked.stderr);
  }
});

it('offers commands, options, processes and files', async () => {
  for (const [words, wanted] of /** @type {[string[], RegExp][]} */ ([
    [['att'], /^attach\t/m],
    [['attach', '--sa'], /^--save-profile\t/m],
    [['attach', ''], new RegExp(`^${process.pid}\t`, 'm')],
    [['show', '/proc/self/sta'], /^\/proc\/self\/status\t/m],
  ])) {
    const { code, stdout } = await run(['complete', '--', ...words]);
    assert.equal(code, 0);
    assert.match(stdout, wanted);
  }
});
