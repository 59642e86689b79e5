'use strict';

// Two thousand scripts, of which the debugger lists each.

const vm = require('node:vm');

const functions = [];
for (let i = 0; i < 2000; i++) {
  const text = `(function numbered${i}(then) { const number = ${i}; return then(number); })`;
  functions.push(new vm.Script(text, { filename: `/made/up/${i}.js` }).runInThisContext());
}
setTimeout(() => {
  functions[1234]((given) => {
    throw new Error(`script ${given}`);
  });
}, 5);
