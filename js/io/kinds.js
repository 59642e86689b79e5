'use strict';

/**
 * What an event's `kind` may be; C++ knows a kind by its place in this list.
 * @type {{name: string, isUrl?: boolean}[]}
 *   isUrl: the target is the method and an address
 */
const KINDS = [
  { name: 'http', isUrl: true },
  { name: 'fetch', isUrl: true },
  { name: 'dns' },
  { name: 'tcp' },
  { name: 'tls' },
  { name: 'fs' },
  { name: 'child' },
  { name: 'server', isUrl: true },
  { name: 'pool' },
];

const KIND_NAMES = KINDS.map(({ name }) => name);

/** @type {Record<string, number>} */
const KIND = Object.fromEntries(KIND_NAMES.map((name, number) => [name, number]));

module.exports = { KIND, KINDS, KIND_NAMES };
