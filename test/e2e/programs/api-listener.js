'use strict';

// api-listener.js tick|listener: somebody who hears of lag, and throws.
const { on } = require('loopdet-addon/api');

let count = 0;
on('lag', function hear(lag) {
  const said = `${++count}: ${lag.event}`;
  console.log(said);
  if (process.argv[2] === 'listener') throw new Error(said);
  process.nextTick(function answer() {
    const late = `${said}, later`;
    throw new Error(late);
  });
});
process.on('exit', () => console.log('exit'));

const began = performance.now();
while (performance.now() - began < 200);
setTimeout(() => console.log('lives on'), 30_000);
