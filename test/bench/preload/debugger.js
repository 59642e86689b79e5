'use strict';

// The least that a crash-locals tool pays that keeps V8's debugger on: it pauses where nobody will catch.
const { Session } = require('node:inspector');

const session = new Session();
session.connect();
let pauses = 0;
// On the thread that is paused: it goes on when this handler returns, resumed or not.
session.on('Debugger.paused', () => {
  pauses++;
  session.post('Debugger.resume');
});
session.post('Debugger.enable');
session.post('Debugger.setPauseOnExceptions', { state: 'uncaught' });

if (process.env.BENCH_PROOF) {
  const { crash, prove } = require('./prove');
  process.once('worked', crash);
  prove(() => pauses > 0 && `${pauses} pause at an uncaught exception`);
}
