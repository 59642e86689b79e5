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

setTimeout(() => {
  if (how === 'rejection') shipLater({ id: 1017 });
  else ship({ id: 1017 });
}, 500);
