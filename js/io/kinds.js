'use strict';

/**
 * What an event's `kind` may be; C++ knows a kind by its place in this list.
 * @type {{name: string, isUrl?: boolean, isCalled?: boolean}[]}
 *   isUrl: the target is the method and an address; isCalled: a call of the program's begins it, whose stack is shown
 */
const KINDS = [
  { name: 'http', isUrl: true, isCalled: true },
  { name: 'fetch', isUrl: true, isCalled: true },
  { name: 'dns', isCalled: true },
  { name: 'tcp', isCalled: true },
  { name: 'tls', isCalled: true },
  { name: 'fs', isCalled: true },
  { name: 'child', isCalled: true },
  { name: 'server', isUrl: true },
  { name: 'pool' },
];

const KIND_NAMES = KINDS.map(({ name }) => name);

/** @type {Record<string, number>} */
const KIND = Object.fromEntries(KIND_NAMES.map((name, number) => [name, number]));

module.exports = { KIND, KINDS, KIND_NAMES };
