'use strict';

// V8's code cache of our own modules: used where it is good, and never a reason not to start.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { nodeVersion } = require('../bench/lib/machine');
const { compareCaptures } = require('./captures.js');
const { NODE, ROOT, run, temporaryDirectory } = require('./harness.js');

const PARTS = ['package.json', 'js', 'build/Release/loopdet.node'];
// A module that every start needs, and one that only a crash does.
const EARLY = 'js/config.js';
const LATE = 'js/inspector/value-reader.js';
const NEW_TEXT = '\nprocess.stdout.write("the new text");\n';

/** The package in a folder of its own, with its code cache. @param {string} above "node_modules" as npm installs it */
function install(above) {
  const root = path.join(temporaryDirectory(), above, 'loopdet-addon');
  for (const part of PARTS) {
    fs.cpSync(path.join(ROOT, part), path.join(root, part), { recursive: true });
  }
  execFileSync(NODE, [path.join(root, 'js/make-code-cache.js')], { timeout: 20_000 });
  const [name] = fs.readdirSync(path.join(root, 'build')).filter((one) => one.startsWith('code-'));
  return { root, cache: path.join(root, 'build', name) };
}

/** What only the code cache can stand in for: other texts of the same size. @param {string} root */
function spoil(root) {
  for (const name of [EARLY, LATE]) {
    const file = path.join(root, name);
    fs.writeFileSync(file, ')'.repeat(fs.statSync(file).size));
  }
}

/** @param {Buffer} bytes @param {number} at a position, or a share of the length */
function flipped(bytes, at) {
  const changed = Buffer.from(bytes);
  changed[at < 1 ? Math.floor(at * bytes.length) : at] ^= 0x40;
  return changed;
}

/**
 * What V8's log of functions says of the modules that came from a code cache.
 * @param {string} log
 * @param {string} folder
 * @returns {Map<string, string[]>} module to the names of its functions that were compiled all the same
 */
function compiledFunctions(log, folder) {
  /** @type {Map<string, {module: string, functions: string[]}>} */
  const scripts = new Map();
  const lines = log.split('\n').map((line) => line.split(','));
  // A script has another number while it is read.
  for (const [, event, script, , , , , file = ''] of lines) {
    if (event !== 'deserialize' || !file.startsWith(folder)) continue;
    scripts.set(script, { module: path.relative(folder, file), functions: [] });
  }
  for (const [, event, script, , , , , name] of lines) {
    if (event === 'interpreter') scripts.get(script)?.functions.push(name);
  }
  return new Map([...scripts.values()].map(({ module, functions }) => [module, functions]));
}

/** @param {string} root @param {string[]} [nodeOptions] */
async function crash(root, nodeOptions = []) {
  const result = await run('crash/timer.js', { load: ['--require', root], nodeOptions });
  assert.equal(result.crash().capture.mode, 'throw', result.describe('locals'));
  return result;
}

describe('the code cache of an installed package', { concurrency: 2 }, () => {
  it('holds all that a start and a crash need', async () => {
    const { root } = install('node_modules');
    spoil(root);
    assert.equal((await crash(root)).notices.length, 1);
  });

  it('is not for V8 with other options, and its texts are', async () => {
    const { root } = install('node_modules');
    spoil(root);
    await crash(root, ['--max-old-space-size=300']);
  });

  it('has the functions that a capture of ordinary values runs, which are not compiled in a crash', async () => {
    const { root } = install('node_modules');
    const log = path.join(root, 'v8.log');
    const nodeOptions = ['--log-function-events', '--no-logfile-per-isolate', `--logfile=${log}`];
    const made = [path.join(root, 'js/make-code-cache.js'), '--child', temporaryDirectory()];
    execFileSync(NODE, [...nodeOptions, ...made], { timeout: 20_000 });
    fs.rmSync(log);
    await crash(root, nodeOptions);
    const compiled = compiledFunctions(fs.readFileSync(log, 'utf8'), path.join(root, 'js'));
    assert.ok(compiled.has('crash/recorder.js'), 'its code is from the cache');
    for (const [module, functions] of compiled) {
      if (/^(crash|inspector)\//.test(module)) assert.deepEqual(functions, [], module);
    }
  });

  it('makes way for a file that was patched', async () => {
    const { root } = install('node_modules');
    fs.appendFileSync(path.join(root, EARLY), NEW_TEXT);
    assert.match((await crash(root)).stdout, /the new text/);
  });

  it('makes way for the files where it is damaged or cut off', async () => {
    const { root, cache } = install('node_modules');
    const bytes = fs.readFileSync(cache);
    for (const bad of [
      Buffer.alloc(0),
      bytes.subarray(0, bytes.length - 1),
      ...[100, 0.5, 0.9, 0.99].map((at) => flipped(bytes, at)),
      Buffer.from('{}{}{}{}'),
    ]) {
      fs.writeFileSync(cache, bad);
      assert.equal((await crash(root)).notices.length, 1);
    }
  });

  it('is not needed for a quick first capture where Node exports V8’s symbols', async (t) => {
    if (!/^v2[02]\./.test(nodeVersion(NODE))) return t.skip('from Node 24 on they are hidden');
    const { root, cache } = install('node_modules');
    fs.rmSync(cache);
    const load = ['--require', root];
    const { capture, without } = await compareCaptures('crash/long-scripts.js', 'scriptHashes', {
      load,
    });
    assert.ok(capture < 0.75 * without, `${capture} ms, ${without} ms with hashes`);
  });

  it('is of one Node only: another version does without', async () => {
    const { root, cache } = install('node_modules');
    fs.renameSync(cache, cache.replace(/-v[\d.]+-/, '-v0.0.0-'));
    await crash(root);
  });
});

it('a checkout does not use a code cache that is older than one of its files', async () => {
  const { root } = install('sources');
  const file = path.join(root, EARLY);
  fs.appendFileSync(file, NEW_TEXT);
  assert.match((await crash(root)).stdout, /the new text/);
});
