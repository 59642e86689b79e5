'use strict';

const { describeProperty, describeRemote } = require('../describe.js');
const { isInApp } = require('../stack-text.js');

const { parse } = JSON;

/**
 * `frames` of a capture: every frame, and the variables of those that were read.
 * @param {import('../../inspector/frame-reader.js').Capture} capture
 */
function framesOfCapture({ paused, objects }) {
  return paused.callFrames.map((/** @type {any} */ frame) => ({
    functionName: frame.functionName,
    url: frame.url,
    line: frame.location.lineNumber + 1,
    column: (frame.location.columnNumber ?? 0) + 1,
    scriptId: frame.location.scriptId,
    inApp: isInApp(frame.url),
    this: describeRemote(frame.this),
    scopes: scopesOf(frame, objects),
  }));
}

/** @param {any} frame @param {Record<string, string>} objects */
function scopesOf(frame, objects) {
  const scopes = [];
  for (const { type, name, object } of frame.scopeChain) {
    const found = objects[object.objectId];
    if (!found) continue;
    const variables = parse(found).result.map((/** @type {any} */ property) => ({
      name: property.name,
      value: describeProperty(property),
    }));
    scopes.push({ type, name: name ?? '', variables });
  }
  return scopes;
}

/**
 * `frames` without variables.
 * @param {import('../stack-text.js').StackEntry[]} stack
 */
function framesOfStack(stack) {
  return stack.map((entry) => ({
    ...entry,
    scriptId: '',
    inApp: isInApp(entry.url),
    this: null,
    scopes: [],
  }));
}

module.exports = { framesOfCapture, framesOfStack };
