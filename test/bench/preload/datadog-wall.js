'use strict';

// The wall profiler as dd-trace starts it in production: 99 Hz, contexts and CPU time on, a profile each 60 s, which
// is encoded as for sending. dd-trace's tracer, which would set the contexts, is not part of it.
const { createRequire } = require('node:module');
const path = require('node:path');

const requirePeer = createRequire(path.join(__dirname, '..', 'peers', 'package.json'));
const pprof = requirePeer('@datadog/pprof');

const PERIOD_MS = 60_000;
// From here on dd-trace keeps contexts in V8's own async context frames.
const FIRST_WITH_CONTEXT_FRAMES = 24;

pprof.time.start({
  intervalMicros: 1e6 / 99,
  durationMillis: PERIOD_MS,
  lineNumbers: false,
  withContexts: true,
  workaroundV8Bug: true,
  collectCpuTime: true,
  useCPED: Number.parseInt(process.versions.node, 10) >= FIRST_WITH_CONTEXT_FRAMES,
});
setInterval(() => pprof.encode(pprof.time.stop(true)), PERIOD_MS).unref();

if (process.env.BENCH_PROOF) {
  const { prove } = require('./prove');
  prove(() => {
    const profile = pprof.time.stop(false);
    const names = profile.stringTable.strings;
    return names.includes('block') && `${profile.sample.length} stacks`;
  });
}
