'use strict';

// The technique of inspector-postmortem, small: an inspector session of this thread with the debugger always on, that pauses
// on what V8 predicts uncaught, reads the frames' variables by Runtime.getProperties and writes all at once. It has no
// budget; but it leaves alone the scopes of Node's own modules and what Node gives every CommonJS module, which would be
// all scripts that are loaded.
const fs = require('node:fs');
const { Session } = require('node:inspector');
const { threadId } = require('node:worker_threads');

const DEPTH = 3;
const PLUMBING = new Set(['exports', 'require', 'module', '__filename', '__dirname']);

const session = new Session();
session.connect();

/** @param {string} method @param {object} [params] @returns {any} */
function post(method, params) {
  /** @type {any} */
  let answer;
  session.post(method, params, (error, result) => {
    answer = error ? { error: error.message } : result;
  });
  return answer;
}

/** @param {string} objectId @param {number} depth @returns {any[]} */
function readProperties(objectId, depth) {
  const { result = [], internalProperties = [] } = post('Runtime.getProperties', {
    objectId,
    ownProperties: true,
    generatePreview: true,
  });
  return [...result, ...internalProperties]
    .filter(({ name }) => name !== '[[Prototype]]' && !(depth === 0 && PLUMBING.has(name)))
    .map(({ name, value }) => {
      const isRead = value?.type === 'object' && value.objectId && depth < DEPTH;
      return isRead
        ? { name, value, properties: readProperties(value.objectId, depth + 1) }
        : { name, value };
    });
}

/** @type {Map<string, string>} */
const urls = new Map();
session.on('Debugger.scriptParsed', ({ params }) => {
  urls.set(params.scriptId, params.url);
});
session.on('Debugger.paused', ({ params: { callFrames, data, reason } }) => {
  /** @type {Record<string, string>} */
  const sources = {};
  const frames = callFrames.map(({ functionName, location, scopeChain }) => {
    const { scriptId } = location;
    const url = urls.get(scriptId) ?? '';
    if (url.startsWith('node:')) return { functionName, url, location, scopes: [] };
    sources[scriptId] ??= post('Debugger.getScriptSource', { scriptId }).scriptSource;
    const scopes = scopeChain
      .filter(({ type }) => type !== 'global')
      .map(({ type, object }) => ({
        type,
        variables: readProperties(String(object.objectId), 0),
      }));
    return { functionName, url, location, scopes };
  });
  const error = /** @type {any} */ (data);
  const text = JSON.stringify({ reason, error, frames, sources });
  fs.writeFileSync(`postmortem.${threadId}.${process.hrtime.bigint()}.json`, text);
});
post('Debugger.enable');
post('Debugger.setPauseOnExceptions', { state: 'uncaught' });
