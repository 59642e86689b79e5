'use strict';

const { redactValue } = require('./redact.js');
// A Proxy's traps are the program's code.
const { ownProperty } = require('./read-quietly.js');
const { isProxy } = require('../builtins.js');

const MAX_TEXT = 1000;

/** @param {string} text */
function cut(text) {
  if (text.length <= MAX_TEXT) return text;
  // It may have been cut before, and says so.
  const told = /… \(\d+ characters\)$/.exec(text)?.[0] ?? `… (${text.length} characters)`;
  return `${text.slice(0, MAX_TEXT)}${told}`;
}

/** @param {string} text */
function quote(text) {
  return `'${cut(text).replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

/** @param {any} part a PropertyPreview, or an ObjectPreview of an entry @returns {string} */
function previewValue(part) {
  if (part.valuePreview) return previewText(part.valuePreview);
  if (part.type === 'string') return quote(part.value ?? part.description ?? '');
  if (part.type === 'function') return 'ƒ';
  if (part.type === 'accessor') return '[getter]';
  return part.value ?? part.description ?? part.type;
}

/** @param {any} preview an ObjectPreview @returns {string} */
function previewText(preview) {
  const parts = [];
  if (preview.entries) {
    for (const { key, value } of preview.entries) {
      parts.push(key ? `${entryText(key)} => ${entryText(value)}` : entryText(value));
    }
  } else {
    const list = preview.subtype === 'array' || preview.subtype === 'typedarray';
    for (const part of preview.properties) {
      parts.push(
        list && /^\d+$/.test(part.name)
          ? previewValue(part)
          : `${part.name}: ${previewValue(part)}`,
      );
    }
  }
  if (preview.overflow) parts.push('…');
  const name = preview.description ?? '';
  const inside = parts.join(', ');
  if (preview.subtype === 'array' || preview.subtype === 'typedarray') {
    return `${name.startsWith('Array(') ? '' : `${name} `}[${inside}]`;
  }
  return `${name === 'Object' || name === '' ? '' : `${name} `}{${inside && ` ${inside} `}}`;
}

/** @param {any} part an ObjectPreview that may stand for a primitive @returns {string} */
function entryText(part) {
  if (part.type === 'object' && part.subtype !== 'null') return previewText(part);
  return part.type === 'string' ? quote(part.description ?? '') : (part.description ?? part.type);
}

/** @param {any} remote a RemoteObject */
function textOf(remote) {
  const { type, subtype, description = '' } = remote;
  if (type === 'string') return quote(remote.value);
  if (type === 'undefined') return 'undefined';
  if (subtype === 'null') return 'null';
  if (type === 'function') {
    const head =
      /^(class\s*[^\s{]*|(?:async\s+)?(?:function\s*\*?\s*)?[\w$]*\s*\([^)]*\)|[^=]*=>)/.exec(
        description,
      );
    return `ƒ ${cut((head?.[0] ?? description).trim()).split('\n', 1)[0]}`;
  }
  if (subtype === 'error') return cut(description.split('\n', 1)[0]);
  if (remote.preview) return cut(previewText(remote.preview));
  return cut(description || String(remote.value));
}

/**
 * What a person reads of a value in a terminal.
 * @param {any} property a PropertyDescriptor of the protocol
 * @returns {{type: string, text: string}}
 */
function describeProperty(property) {
  if (property.value) return describeRemote(property.value);
  if (property.get || property.set) return { type: 'accessor', text: '[getter, not called]' };
  return { type: 'unavailable', text: '[not available]' };
}

/** @param {any} remote a RemoteObject @returns {{type: string, text: string}} */
function describeRemote(remote) {
  return { type: remote.subtype ?? remote.type, text: textOf(remote) };
}

/** @param {object} value @param {string} name a data property @returns {string} */
function ownText(value, name) {
  const property = isProxy(value) ? undefined : Object.getOwnPropertyDescriptor(value, name);
  return typeof property?.value === 'string' ? property.value : '';
}

const MAX_PARTS = 10;

/** One level, without running any of the program's code. @param {object} value */
function shallowText(value) {
  if (isProxy(value)) return 'Proxy';
  const isList = Array.isArray(value);
  const names = Object.getOwnPropertyNames(value).filter((name) => !(isList && name === 'length'));
  const parts = names.slice(0, MAX_PARTS).map((name) => {
    const property = ownProperty(value, name);
    const part =
      property && 'value' in property ? leafText(redactValue(name, property.value)) : '[getter]';
    return isList ? part : `${name}: ${part}`;
  });
  if (names.length > MAX_PARTS) parts.push('…');
  return isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
}

/** @param {unknown} value @returns {string} */
function leafText(value) {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}';
  return describeValue(value).text;
}

/**
 * What can be said of a live value without running any of the program's code.
 * @param {unknown} value
 * @returns {{type: string, text: string}}
 */
function describeValue(value) {
  if (value === null) return { type: 'null', text: 'null' };
  if (typeof value === 'string') return { type: 'string', text: quote(value) };
  if (typeof value === 'function')
    return { type: 'function', text: `ƒ ${ownText(value, 'name')}`.trim() };
  if (typeof value === 'object')
    return { type: Array.isArray(value) ? 'array' : 'object', text: shallowText(value) };
  return { type: typeof value, text: typeof value === 'bigint' ? `${value}n` : String(value) };
}

module.exports = { describeProperty, describeRemote, describeValue };
