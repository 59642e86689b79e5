'use strict';

const FRAME =
  /^\s+at (?:async )?(?:(.*?) \()?((?:file:\/\/|node:|\/|[A-Za-z]:\\|evalmachine|\[eval).*?):(\d+):(\d+)\)?$/;

/**
 * @typedef {{functionName: string, url: string, line: number, column: number}} StackEntry line and column from 1
 */

/**
 * The frames in the text of an error's stack.
 * @param {string | null} stack
 * @returns {StackEntry[]}
 */
function parseStack(stack) {
  const entries = [];
  for (const line of (stack ?? '').split('\n')) {
    const [, functionName = '', url, row, column] = FRAME.exec(line) ?? [];
    if (url) entries.push({ functionName, url, line: Number(row), column: Number(column) });
  }
  return entries;
}

/** Code that the program's author wrote: not Node's own, not in node_modules. @param {string} url */
function isInApp(url) {
  return url !== '' && !url.startsWith('node:') && !url.includes('/node_modules/');
}

module.exports = { parseStack, isInApp };
