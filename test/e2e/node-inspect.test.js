'use strict';

// `node inspect` of each Node as a client of `loopdet serve`: a dead process in a terminal.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { before, describe, it } = require('node:test');
const { NODE } = require('./harness.js');
const { crashed, serve } = require('./viewer.js');

/** Who goes on faster than a person is told of a pause without an exception. */
const STOPPED = /(?:exception|break) in .*account\.js/;

/** Types commands into `node inspect`, each when the prompt has come back, and answers all that it printed. */
function inspect(host, commands) {
  const child = spawn(NODE, ['inspect', host], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  let text = '';
  const waiting = [...commands, '.exit'];
  // Of the prompt after the last command.
  let answered = 0;
  let last = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
    const prompt = text.lastIndexOf('debug> ');
    if (prompt < answered || !text.trimEnd().endsWith('debug>')) return;
    // After `cont` the prompt comes twice: the pause is told of later.
    if (last === 'cont' && !STOPPED.test(text.slice(answered))) return;
    answered = text.length;
    last = waiting.shift() ?? '';
    if (last) child.stdin.write(`${last}\n`);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
}

describe('node inspect opens a dead process', () => {
  let directory;

  before(async () => {
    ({ directory } = await crashed());
  });

  it('paused at its exception: frames, source, values, scripts, watches', async (context) => {
    const { host } = await serve(context, directory);
    const text = await inspect(host, [
      'bt',
      'list(1)',
      'exec account.items.filter(x => x.sq > 100).length + ten[9999]',
      'exec this.nothing',
      'scripts',
      "watch('account.id')",
      'watchers',
      'cont',
    ]);
    assert.match(text, /exception in .*account\.js:\d+/);
    assert.match(text, /#0 withdraw .*account\.js/);
    assert.match(text, /> ?\d+ .*throw new RangeError/);
    assert.match(text, /^debug> 30186$|30186/m);
    assert.match(text, /\d+: .*account\.js/);
    assert.match(text, /0: account\.id = 7/);
    // What cannot go on stands where it stood.
    assert.equal(text.match(new RegExp(STOPPED, 'g'))?.length, 2, text);
  });
});
