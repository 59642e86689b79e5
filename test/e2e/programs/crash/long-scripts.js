'use strict';

// Ten megabytes of scripts, and a throw.

const vm = require('node:vm');

const words = '// words and words, as real scripts have them\n'.repeat(450);
const functions = Array.from({ length: 500 }, (_, i) => {
  const text = `${words}(function numbered${i}() { throw new Error('of ${i}'); })`;
  return new vm.Script(text, { filename: `/made/up/${i}.js` }).runInThisContext();
});
setTimeout(functions[123], 1);
