'use strict';

// Makes V8's code cache of our modules for the Node that runs this: `npm install` does. See own-modules.js for the file.
// A child with no options of the user's runs what a program loads, to a crash: what V8 has compiled by then is in the
// cache. Without one everything works, and starts more slowly: that is no reason for an installation to fail.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {
  CODE_CACHE,
  HEADER_BYTES,
  LATE,
  fingerprint,
  keepCompiled,
  load,
  loadAddon,
} = require('./own-modules.js');

/** @typedef {ReturnType<typeof keepCompiled>} Compiled */

const TIME_LIMIT_MS = 60000;
const PROGRAM = 'code-cache-program.js';

if (process.argv[2] === '--child') run();
else if (!runChild()) process.stderr.write("loopdet: V8's code cache could not be made\n");

/** @returns {boolean} whether it is made */
function runChild() {
  const isOurs = (/** @type {string} */ name) => !/^(?:NODE_|LOOPDET_)/.test(name);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => isOurs(name)));
  try {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-code-cache-'));
    const { status } = spawnSync(process.execPath, [__filename, '--child', directory], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: TIME_LIMIT_MS,
    });
    fs.rmSync(directory, { recursive: true, force: true });
    return status === 0;
  } catch {
    return false;
  }
}

function run() {
  const compiled = keepCompiled();
  const directory = process.argv[3];
  process.on('uncaughtException', () => process.exit(1));
  load('recording.js').start({ directory, quiet: true, enabled: true, profile: true, log: 'off' });
  process.on('exit', () => {
    for (const name of LATE) load(name);
    write(compiled);
    process.exitCode = 0;
  });
  for (const name of ['http', 'https', 'dns', 'child_process', 'fs/promises'])
    require(`node:${name}`);
  // Not from here: of frames of ours nothing is read. CommonJS, whatever a package.json above says.
  const program = path.join(directory, 'program.cjs');
  fs.copyFileSync(path.join(__dirname, PROGRAM), program);
  require(program);
}

/** Of what was compiled twice the one of which more has run: a function is in the cache if it has. @param {Compiled} compiled */
function longestOf(compiled) {
  /** @type {Map<string, {text: string, code: Buffer}>} */
  const longest = new Map();
  for (const { id, script, text } of compiled) {
    const code = script ? script.createCachedData() : Buffer.alloc(0);
    if (code.length >= (longest.get(id)?.code.length ?? 0)) longest.set(id, { text, code });
  }
  return longest;
}

/** @param {Compiled} compiled */
function write(compiled) {
  /** @type {Record<string, object>} */
  const modules = {};
  /** @type {Buffer[]} */
  const parts = [];
  let length = 0;
  const add = (/** @type {Buffer} */ bytes) => {
    const from = length;
    // V8 copies a cache that does not begin at a multiple of 8.
    const padding = Buffer.alloc((8 - (bytes.length % 8)) % 8);
    parts.push(bytes, padding);
    length += bytes.length + padding.length;
    return [from, from + bytes.length];
  };
  for (const [id, { text, code }] of longestOf(compiled)) {
    modules[id] = [...add(Buffer.from(text)), ...add(code)];
  }
  const symbols = JSON.parse(loadAddon().hiddenSymbols());
  const text = JSON.stringify({ modules, symbols });
  // The bytes after it begin at a multiple of 8.
  const head = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(head.length, 4);
  header.writeUInt32LE(fingerprint(Object.keys(modules)), 8);
  const whole = Buffer.concat([header, head, ...parts]);
  whole.writeUInt32LE(loadAddon().crc32c(whole.subarray(4)), 0);
  const partial = `${CODE_CACHE}.${process.pid}`;
  fs.writeFileSync(partial, whole);
  fs.renameSync(partial, CODE_CACHE);
}
