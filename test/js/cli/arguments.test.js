const assert = require('node:assert/strict');
const { test } = require('node:test');
const { loopdet } = require('./harness');
const { version } = require('../../../package.json');

test('--help lists the commands, and each command helps', () => {
  const { status, stdout } = loopdet(['--help']);
  assert.equal(status, 0);
  for (const name of ['show', 'ls', 'recover', 'redact-check', 'doctor']) {
    assert.match(stdout, new RegExp(`^ {2}${name}\\b`, 'm'));
    const help = loopdet([name, '--help']);
    assert.equal(help.status, 0);
    assert.match(help.stdout, new RegExp(`^Usage: loopdet ${name}`));
  }
});

test('--version', () => assert.equal(loopdet(['--version']).stdout, `${version}\n`));

/** @type {[string[], RegExp][]} */
const WRONG = [
  [['sohw', 'x.json'], /unknown command 'sohw'[\s\S]*Did you mean show\?/],
  [['show', 'x.json', '--jsno'], /unknown option '--jsno'[\s\S]*Did you mean --json\?/],
  [['show'], /missing required argument 'file'/],
  [['show', 'a', 'b'], /too many arguments/],
  [['\x1b[31m'], /unknown command '\\x1b\[31m'/],
];
for (const [args, message] of WRONG) {
  test(`wrong arguments: ${JSON.stringify(args)}`, () => {
    const { status, stdout, stderr } = loopdet(args);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^loopdet: /);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\bat .*\.js:\d+/);
  });
}

test('no command: help and exit code 1', () => {
  const { status, stderr } = loopdet([]);
  assert.equal(status, 1);
  assert.match(stderr, /Usage: loopdet/);
});
