'use strict';

// api-listener.js tick|listener|stops: somebody who hears of an event, and throws.
const { execFileSync } = require('node:child_process');
const { on, stop } = require('loopdet-addon/api');

const [how] = process.argv.slice(2);
let count = 0;
// The lag comes after it: nobody has heard of that then.
on('slow-io', function hear(event) {
  const said = `${++count}: ${event.event}`;
  console.log(said);
  if (how === 'stops') stop();
  if (how !== 'tick') throw new Error(said);
  process.nextTick(function answer() {
    const late = `${said}, later`;
    throw new Error(late);
  });
});
process.on('exit', () => console.log('exit'));

execFileSync('sleep', ['0.6']);
setTimeout(() => console.log('lives on'), 30_000);
