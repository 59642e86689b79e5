'use strict';

// Its own monitor ends the process before anybody else is asked.
process.prependListener('uncaughtExceptionMonitor', () => process.exit(5));

setTimeout(() => {
  const local = 'cut short';
  throw new Error(local);
}, 10);
