'use strict';

/**
 * Every error of ours: its code and its one sentence, which names the thing and the remedy.
 * @type {Record<string, (...values: any[]) => string>}
 */
const MESSAGES = {
  ERR_LOOPDET_NO_BINARY: (path) =>
    `the compiled addon is missing (${path}): run "npm rebuild loopdet-addon"`,
  ERR_LOOPDET_BINARY: (path, why) => `the compiled addon ${path} cannot be loaded: ${why}`,
  ERR_LOOPDET_PERMISSION: () =>
    'Node runs with --permission, which forbids native addons: add --allow-addons',
  ERR_LOOPDET_PERMISSION_WRITE: (path) =>
    `Node runs with --permission, which forbids writing to ${path}: add --allow-fs-write=${path}`,
  ERR_LOOPDET_SECOND_COPY: (path) =>
    `another copy of loopdet-addon (${path}) is active in this process: this one does nothing`,
  ERR_LOOPDET_PROFILING: () => 'a profile is being taken already: wait for it',
  ERR_LOOPDET_NO_PROFILE: () =>
    'there is no CPU profile here: LOOPDET_PROFILE is off, this is a worker, or this Node lacks it (loopdet doctor)',
  ERR_LOOPDET_NOT_STARTED: () => 'nothing is recorded in this thread: call start() first',
  ERR_LOOPDET_PROFILE_MS: (given) =>
    `ms is how long to profile, a number from 1 to 3600000, not ${given}`,
  ERR_LOOPDET_WHOM: (given) => `a Detective watches a pid, a port or a program, not ${given}`,
  ERR_LOOPDET_WATCHING: () => 'it watches already: a Detective does so once',
  ERR_LOOPDET_NOT_WATCHING: () => 'nothing is watched yet: call start() first',
  ERR_LOOPDET_PEER: (name) => `${name} is not installed: npm install ${name}`,
  ERR_LOOPDET_HEAP_CLASS: (name, alike) =>
    `there is no constructor ${name} in it${alike ? `; there are ${alike}` : ''}`,
  ERR_LOOPDET_DISABLED: () => 'LOOPDET_ENABLED=off is in the environment of the program',
  ERR_LOOPDET_LISTEN: (why) => `no live events: ${why}`,
  ERR_LOOPDET_NOTE_KEY: (type) => `the key of a note is a string, not ${type}`,
};

/**
 * @param {string} code a key of MESSAGES
 * @param {...any} values what the message names
 * @returns {Error & {code: string}}
 */
function codedError(code, ...values) {
  return Object.assign(new Error(MESSAGES[code](...values)), { code });
}

module.exports = { codedError };
