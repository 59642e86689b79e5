'use strict';

/** What an event's `kind` may be; C++ knows a kind by its place in this list. */
const KIND_NAMES = ['http', 'fetch', 'dns', 'tcp', 'tls', 'fs', 'child', 'server', 'pool'];

/** @type {Record<string, number>} */
const KIND = Object.fromEntries(KIND_NAMES.map((name, number) => [name, number]));

module.exports = { KIND, KIND_NAMES };
