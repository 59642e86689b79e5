'use strict';

// One optimised function holds others, each of a script of 200,000 lines: as the profile begins, V8 notes where the lines of
// all of them begin, which is more than the heap grows by without a collection.
const vm = require('node:vm');

const SCRIPTS = 40;
const lines = '\n'.repeat(200_000);
const names = Array.from({ length: SCRIPTS }, (_, index) => `add${index}`);
// In the heap before those that it calls.
const callAll = vm.runInThisContext(`(function callAll(${names}, times) {
  let sum = 0;
  for (let count = 0; count < times; count++) sum += ${names.map((name) => `${name}(count)`).join(' + ')};
  return sum;
})`);
const functions = names.map((name, index) =>
  vm.runInThisContext(`(function ${name}(count) { return count & ${index}; })${lines}`, {
    filename: `${name}.js`,
  }),
);

const began = Date.now();
while (Date.now() - began < 1000) callAll(...functions, 10_000);
console.log('done');
