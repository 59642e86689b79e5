'use strict';

// Prints which getters are still no function of Node's own, before and after they are first read.

const dns = require('node:dns');
const fs = require('node:fs');
const { isProxy } = require('node:util').types;

const strange = () =>
  Object.entries({ dns, fs })
    .filter(([, of]) => isProxy(Object.getOwnPropertyDescriptor(of, 'promises').get))
    .map(([name]) => name);

const before = strange();
for (const of of [dns, fs]) if (!of.promises) throw new Error('none');
console.log(JSON.stringify({ before, after: strange() }));
