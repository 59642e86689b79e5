'use strict';

// Started, and then nothing to do. Without a message channel a far timer keeps it alive.
const { performance } = require('node:perf_hooks');

if (process.send) {
  process.on('message', () => {
    /** @type {any} */
    const timing = performance.nodeTiming;
    // From Node 20.18 and 22.8 on.
    process.send?.({ loopCount: timing.uvMetricsInfo?.loopCount ?? null });
  });
  process.on('disconnect', () => process.exit());
} else {
  setTimeout(() => {}, 2 ** 30);
}
setImmediate(() => process.stdout.write('started\n'));
