'use strict';

// inspector-postmortem's technique, written for this benchmark: the debugger is always on in the same process, and
// where it pauses at an uncaught exception all frames' variables are read and written to a file.
const fs = require('node:fs');
const { Session } = require('node:inspector');

const FILE = 'postmortem.json';
const SCOPES = new Set(['local', 'closure', 'block', 'catch']);
const DEPTH = 2;

/** @typedef {import('node:inspector').Runtime.RemoteObject} RemoteObject */

const session = new Session();
session.connect();

/**
 * @param {RemoteObject} object
 * @param {number} depth
 * @returns {unknown}
 */
function read(object, depth) {
  if (!object.objectId || depth === 0) return object.value ?? object.description ?? object.type;
  /** @type {Record<string, unknown>} */
  const properties = {};
  session.post(
    'Runtime.getProperties',
    { objectId: object.objectId, ownProperties: true },
    (_error, { result }) => {
      for (const { name, value } of result) if (value) properties[name] = read(value, depth - 1);
    },
  );
  return properties;
}

session.on('Debugger.paused', ({ params }) => {
  const frames = params.callFrames.map((frame) => ({
    name: frame.functionName,
    location: frame.location,
    scopes: frame.scopeChain
      .filter(({ type }) => SCOPES.has(type))
      .map(({ type, object }) => ({ type, variables: read(object, DEPTH) })),
  }));
  fs.writeFileSync(FILE, JSON.stringify({ error: params.data, frames }));
  session.post('Debugger.resume');
});
session.post('Debugger.enable');
session.post('Debugger.setPauseOnExceptions', { state: 'uncaught' });

if (process.env.BENCH_PROOF) {
  const { LOCAL, crash, prove, textOf } = require('./prove');
  process.once('worked', crash);
  prove(() => textOf(FILE).includes(`"${LOCAL.name}":${LOCAL.value}`) && 'locals in its file');
}
