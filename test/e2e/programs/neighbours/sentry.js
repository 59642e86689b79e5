'use strict';

// Sentry with local variables on, sending to the server whose port is the argument; then the program crashes.

const Sentry = require('@sentry/node');

const [port, how] = process.argv.slice(2);

Sentry.init({
  dsn: `http://key@127.0.0.1:${port}/1`,
  includeLocalVariables: true,
  tracesSampleRate: 1,
  sendClientReports: false,
});

function ship(order) {
  const crate = `crate-${order.id}`;
  throw new Error(`no room for ${crate}`);
}

async function shipLater(order) {
  ship(order);
}

/** Whether Sentry's debugger, in a worker that it has started, pauses at errors by now: it writes to each. */
function isPaused() {
  try {
    throw new Error('is it there?');
  } catch (error) {
    return '__SENTRY_ERROR_LOCAL_VARIABLES__' in error;
  }
}

setTimeout(function crash() {
  if (!isPaused()) setTimeout(crash, 50);
  else if (how === 'rejection') shipLater({ id: 1017 });
  else ship({ id: 1017 });
}, 50);
