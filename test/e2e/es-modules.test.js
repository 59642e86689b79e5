'use strict';

// Programs that are ES modules: what they throw while they are loaded, and that nothing of theirs changes.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { describe, it } = require('node:test');
const { NODE, PROGRAMS, ROOT, bare, run, runBoth } = require('./harness.js');

const FEATURES = JSON.parse(
  execFileSync(NODE, [
    '-p',
    'const [a, b] = process.versions.node.split(".").map(Number); JSON.stringify({ major: a, types: Boolean(process.features.typescript), detects: a > 22 || (a === 22 && b >= 7) || (a === 20 && b >= 19) })',
  ]).toString(),
);

/** @returns {Record<string, string>} the variables of the frames that a function name fits */
function variablesOf(crash, functionName) {
  const frames = crash.frames.filter((frame) => frame.functionName === functionName);
  const all = frames.flatMap(({ scopes }) => scopes).flatMap(({ variables }) => variables);
  // The innermost of a name.
  return Object.fromEntries(all.reverse().map(({ name, value }) => [name, value.text]));
}

/** The crash of a program that behaves as without the addon. */
async function crashOf(program, options) {
  const { withAddon } = await runBoth(`modules/${program}`, options);
  const crash = withAddon.crash();
  assert.equal(crash.capture.mode, 'throw', withAddon.describe(`${crash.capture.reason}`));
  return crash;
}

describe('an error while an ES module is loaded', { concurrency: 2 }, () => {
  it('has the locals of the function and the variables of the module', async () => {
    const crash = await crashOf('load.mjs');
    assert.equal(variablesOf(crash, 'turn').each, 'Infinity');
    assert.equal(variablesOf(crash, '').bicycle, "{ name: 'Rosinante', spokes: Array(0) }");
  });

  it('thrown by Node in a module that is imported', async () => {
    const crash = await crashOf('imports-failing.mjs');
    assert.equal(variablesOf(crash, '').map, "{ file: '/nowhere/on/the/map' }");
  });

  it('after an await at its top level', async () => {
    const crash = await crashOf('awaits.mjs');
    const variables = variablesOf(crash, '');
    assert.deepEqual([variables.tide, variables.low], ['{ hours: 6 }', '12']);
  });

  it('that is known for a module by its syntax', { skip: !FEATURES.detects }, async () => {
    const crash = await crashOf('typeless/syntax.js');
    assert.equal(variablesOf(crash, '').cart, '{ wheels: 4 }');
  });

  it('written in TypeScript', { skip: !FEATURES.types && 'Node without types' }, async () => {
    const crash = await crashOf('typeless/typed.ts');
    assert.equal(variablesOf(crash, 'launch').seats, '-2');
    assert.equal(variablesOf(crash, '').boat, "{ name: 'Argo', crew: -1 }");
  });

  it('loaded by --import', async () => {
    const file = path.join(PROGRAMS, 'modules/load.mjs');
    const crash = await crashOf('wheel.mjs', { nodeOptions: ['--import', file] });
    assert.equal(variablesOf(crash, 'turn').each, 'Infinity');
  });

  it('that a loader hook has changed', async () => {
    const hooks = path.join(PROGRAMS, 'modules/hooks.mjs');
    const crash = await crashOf('load.mjs', { nodeOptions: ['--import', hooks] });
    assert.equal(variablesOf(crash, '').bicycle, "{ name: 'Babieca', spokes: Array(0) }");
  });
});

describe('an ES module program', { concurrency: 2 }, () => {
  it('is as fast as any when it has started', async () => {
    const took = ({ stderr }) => Number(/took ([\d.]+)/.exec(stderr)[1]);
    const env = { LOOPDET_PROFILE: 'off' };
    const without = await bare('modules/afterwards.mjs');
    const withAddon = await run('modules/afterwards.mjs', { env });
    // A debugger that is left on makes it 20 times slower.
    const ratio = took(withAddon) / took(without);
    assert.ok(ratio < 6, `${ratio} times as long`);
  });

  it('under node --test', async () => {
    const env = { NODE_OPTIONS: `--require ${ROOT}` };
    const options = { load: [], nodeOptions: ['--test'], env };
    const withAddon = await run('modules/quiet.test.mjs', options);
    assert.equal(withAddon.code, 0, withAddon.describe('failed'));
    assert.equal(withAddon.stderr, '');
    assert.deepEqual(withAddon.files.names, []);
  });
});
