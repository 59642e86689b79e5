/** TABLE of what the server answers to. A new page is one file in pages/ and one row. */

const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { version } = require('../../package.json');
const { listPage } = require('./pages/list');
const { otherPage } = require('./pages/other');
const { staticFolder } = require('./static');

/** @typedef {import('./server').Context} Context */
/** @typedef {(context: Context, ...parts: string[]) => void | Promise<void>} Answer */

/** @type {[pattern: RegExp, answer: Answer][]} */
const ROUTES = [
  [/^\/$/, list],
  [/^\/changes$/, changes],
  [/^\/file\/([^/]+)$/, file],
  [/^\/download\/([^/]+)$/, download],
  [/^\/profile\/([^/]+)$/, profile],
  [/^\/json(?:\/list)?\/?$/, targets],
  [/^\/json\/version\/?$/, browser],
  [/^\/json\/protocol\/?$/, protocol],
  [/^\/assets\/(.+)$/, staticFolder(path.join(__dirname, 'assets'))],
  [/^\/devtools\/embedder-static\/embedderScript\.js$/, emptyScript],
  [/^\/devtools\/(.+)$/, staticFolder(() => devtoolsFolder())],
  [/^\/speedscope\/(.+)$/, staticFolder(() => speedscopeFolder())],
];

/** Where a front end is installed: those are optional, for who serves elsewhere than in production. @param {string} name */
function folderOf(name) {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    throw new Error(`${name} is not installed here: npm install ${name}`);
  }
}

/** DevTools as React Native ships it, prebuilt. */
const devtoolsFolder = () =>
  path.join(folderOf('@react-native/debugger-frontend'), 'dist/third-party/front_end');
const speedscopeFolder = () => path.join(folderOf('speedscope'), 'dist/release');

/** @param {Context} context @param {unknown} page */
function sendPage({ response }, page) {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(String(page));
}

/** @param {Context} context @param {unknown} value */
function sendJson({ response }, value) {
  const text = JSON.stringify(value);
  // Without a length chrome://inspect shows nothing, and does not say why.
  response.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** @type {Answer} */
async function list(context) {
  sendPage(context, listPage(await context.catalogue.list(), context.catalogue.title));
}

/** A line whenever files have come, gone or changed. @type {Answer} */
function changes({ catalogue, response }) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(':\n\n');
  const end = catalogue.watch(() => response.write('data: changed\n\n'));
  response.on('close', end);
}

/** @type {Answer} */
async function file(context, name) {
  const { catalogue, host } = context;
  const listed = await catalogue.list();
  const entry = await catalogue.entryOf(name, listed);
  // Heap snapshots are looked at elsewhere, and what is not finished cannot be read.
  if (entry.kind === 'Heap' || entry.partial) return sendPage(context, otherPage(entry, null));
  const reader = await catalogue.open(entry);
  const address = devtoolsOf(host, catalogue.idOf(name));
  sendPage(context, await reader.page({ entry, address, beside: besideOf(name, listed) }));
}

/**
 * The files that one crash left: those of the same stem.
 * @param {string} name
 * @param {import('../replay/entry').Entry[]} listed
 */
function besideOf(name, listed) {
  const [, folder = '', stem] = /^(.*\/)?crash\.(.*)\.json$/.exec(name) ?? [];
  return listed.filter(
    (one) => stem && one.name !== name && one.name.startsWith(folder) && one.name.includes(stem),
  );
}

/** @type {Answer} */
async function download({ catalogue, response }, name) {
  const local = await catalogue.fetch(await catalogue.entryOf(name));
  const plain = name.replace(/[^\w.-]/g, '_');
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${plain}"`,
  });
  await pipeline(fs.createReadStream(local), response);
}

/** For speedscope, which reads JSON. @type {Answer} */
async function profile({ catalogue, response }, name) {
  const local = await catalogue.fetch(await catalogue.entryOf(name));
  response.writeHead(200, { 'Content-Type': 'application/json' });
  await pipeline(fs.createReadStream(local), response);
}

/** @param {string} host @param {string} id */
function devtoolsOf(host, id) {
  // Chromium resolves localhost to ::1 first.
  const ws = encodeURIComponent(`${host.replace(/^localhost(?=:|$)/, '127.0.0.1')}/${id}`);
  return `/devtools/js_app.html?experiments=true&v8only=true&ws=${ws}`;
}

/** What `node inspect` and chrome://inspect ask for: the newest crash first. @type {Answer} */
async function targets(context) {
  const { catalogue, host } = context;
  const name = host.replace(/^localhost(?=:|$)/, '127.0.0.1');
  const all = await catalogue.list();
  const crashes = all.filter(({ kind, partial }) => kind === 'crash' && !partial);
  sendJson(
    context,
    crashes.map((entry) => {
      const id = catalogue.idOf(entry.name);
      return {
        description: 'a dead process, paused where it ended',
        devtoolsFrontendUrl: `devtools://devtools/bundled/js_app.html?experiments=true&v8only=true&ws=${name}/${id}`,
        id,
        title: `${entry.what} (${[entry.program, entry.time].filter(Boolean).join(', ')})`,
        type: 'node',
        url: `file://${entry.file}`,
        webSocketDebuggerUrl: `ws://${name}/${id}`,
      };
    }),
  );
}

/** @type {Answer} */
function browser(context) {
  sendJson(context, { Browser: `loopdet/${version}`, 'Protocol-Version': '1.3' });
}

/** @type {Answer} */
function protocol(context) {
  sendJson(context, { version: { major: '1', minor: '3' }, domains: [] });
}

/** @type {Answer} */
function emptyScript({ response }) {
  response.writeHead(200, { 'Content-Type': 'text/javascript' });
  response.end();
}

module.exports = { ROUTES };
