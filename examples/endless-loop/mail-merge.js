'use strict';

// A mail merge that never ends, for one letter of three. From the repository root:
//
//   LOOPDET_LOG=text node --require loopdet-addon examples/endless-loop/mail-merge.js
//
// The third letter hangs; Ctrl-C ends it. While it hangs, look at the terminal: the stall is
// reported with the function and line it is in. In a second terminal, while it still hangs:
//   node js/cli/main.js ls
//   node js/cli/main.js show loopdet/stall.*.json
// See fill() in template.js at the top of every sample.

const { fill } = require('./template.js');

const person = { first: 'Ada', last: 'Lovelace', city: 'London' };
const letters = ['Dear {{first}} {{last}},', 'is the weather good in {{city}}?', 'Yours, {{sender'];

let next = 0;
const timer = setInterval(() => {
  console.log(fill(letters[next++], person));
  if (next === letters.length) clearInterval(timer);
}, 100);
