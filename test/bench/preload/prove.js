'use strict';

// Loaded by the preload files only in the run that checks them (lib/proofs.js), so that it costs the measured
// programs nothing. The program (programs/prove.js) does work of every kind and then asks what was seen of it.
const fs = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');

const GIVE_UP_MS = 6000;
const AGAIN_MS = 50;

/** @param {() => unknown} show tells in a few words what was seen; nothing, or a rejection, when it saw nothing */
function prove(show) {
  process.once('worked', async () => {
    const start = performance.now();
    let text = await show();
    while (!text && performance.now() - start < GIVE_UP_MS) {
      await delay(AGAIN_MS);
      text = await show();
    }
    process.send?.(text ? { proof: String(text) } : { problem: 'it saw nothing' });
  });
}

/** What a crash-locals tool has to bring: this name and value. */
const LOCAL = { name: 'orderNumber', value: 4711 };

function takeOrder() {
  const orderNumber = LOCAL.value;
  throw new Error(`no order ${String(orderNumber).length}`);
}

/** Throws what nobody catches, from a timer. The program goes on, which V8's prediction does not know. */
function crash() {
  process.once('uncaughtException', () => {});
  // Called, and not given to the timer: Sentry would not find a "Timeout.takeOrder [as _onTimeout]" again.
  setTimeout(() => takeOrder());
}

/** @param {string} file @returns {string} its text, or nothing while it is not there */
const textOf = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');

module.exports = { LOCAL, crash, prove, textOf };
