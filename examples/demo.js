'use strict';

// `npm run demo`: starts the crashing server with the addon, sends it the request it dies of, waits
// for its end, and shows the crash file that it left. Ends with 0 only if there was one.

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const LIMIT_MS = 20_000;

/**
 * Starts the server; gives the child, its address, and a promise of its end.
 *
 * @param {string} directory LOOPDET_DIR
 */
function startServer(directory) {
  const program = path.join('examples', 'crashing-server', 'server.js');
  console.log(`$ node --require loopdet-addon ${program}`);
  const child = spawn(process.execPath, ['--require', 'loopdet-addon', program], {
    cwd: ROOT,
    env: { ...process.env, LOOPDET_DIR: directory, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  /** @type {Promise<number | string | null>} */
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  /** @type {Promise<string>} */
  const address = new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text);
      output += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (found) resolve(found[0]);
    });
    ended.then((how) => reject(new Error(`the server ended before it listened: ${how}`)), reject);
  });
  return { child, address, ended };
}

/**
 * Sends a signup; resolves with the answer's text, or null when the server died instead.
 *
 * @param {string} address
 * @param {object} form
 * @returns {Promise<string | null>}
 */
function signUp(address, form) {
  const body = JSON.stringify(form);
  console.log(`$ curl -d '${body}' ${address}/signup`);
  return new Promise((resolve) => {
    const request = http.request(`${address}/signup`, { method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve(text));
      response.on('error', () => resolve(null));
    });
    request.on('error', () => resolve(null));
    request.end(body);
  });
}

/** @param {string} directory LOOPDET_DIR */
async function demo(directory) {
  const { child, address, ended } = startServer(directory);
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  try {
    const server = await address;
    const good = { email: 'ada@example.com', password: 'engine', name: { first: 'Ada' } };
    console.log(await signUp(server, good));
    // No name: the form's field was left out by an old version of the app.
    const answer = await signUp(server, { email: 'bob@example.com', password: 'tables' });
    if (answer !== null) console.log(answer);
    console.log(`\nthe server ended with ${await ended}`);
  } finally {
    clearTimeout(limit);
    child.kill('SIGKILL');
  }

  const name = fs.readdirSync(directory).find((file) => /^crash\..*\.json$/.test(file));
  if (name === undefined) throw new Error(`no crash file in ${directory}`);
  const file = path.join(directory, name);
  console.log(`$ loopdet show ${file}\n`);
  const show = spawnSync(process.execPath, [path.join('js', 'cli', 'main.js'), 'show', file], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: LIMIT_MS,
  });
  if (show.error) throw show.error;
  if (show.status !== 0) throw new Error(`loopdet show ended with ${show.signal ?? show.status}`);
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-demo-'));
demo(directory)
  .then(() => console.log(`\nThe files are in ${directory}`))
  .catch((error) => {
    console.error(`demo: ${error.message}`);
    process.exitCode = 1;
  });
