'use strict';

/**
 * A URL or path without what may hold secrets: query, fragment and credentials.
 * @param {string} text
 * @returns {string}
 */
function cleanUrl(text) {
  const end = text.search(/[?#]/);
  const bare = end === -1 ? text : text.slice(0, end);
  const authority = bare.indexOf('//');
  if (authority === -1) return bare;
  const path = bare.indexOf('/', authority + 2);
  const at = bare.lastIndexOf('@', path === -1 ? bare.length : path);
  return at > authority ? bare.slice(0, authority + 2) + bare.slice(at + 1) : bare;
}

/**
 * What a file-system operation is about: the path, or the descriptor.
 * @param {unknown} first the function's first argument
 * @returns {string}
 */
function fileTarget(first) {
  if (typeof first === 'string') return first;
  if (typeof first === 'number') return `fd ${first}`;
  if (first instanceof Uint8Array)
    return Buffer.from(first.buffer, first.byteOffset, first.length).toString();
  if (first instanceof URL) return first.pathname;
  return '';
}

/** @param {string} host @param {unknown} port */
function hostPort(host, port) {
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port ? `${shown}:${port}` : shown;
}

/** Only the program: arguments hold secrets. @param {string} command */
function commandTarget(command) {
  return command.trim().split(/\s/, 1)[0];
}

module.exports = { cleanUrl, commandTarget, fileTarget, hostPort };
