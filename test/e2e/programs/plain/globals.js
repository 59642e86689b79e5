'use strict';

// Everything that a program could notice about its surroundings.
const { getHeapStatistics } = require('node:v8');

// The one mark by which two copies of the addon find each other is known.
const names = (object) =>
  Reflect.ownKeys(object)
    .map(String)
    .filter((name) => name !== 'Symbol(loopdet-addon.active)')
    .sort();
const source = (value) => Function.prototype.toString.call(value).slice(0, 80);

setTimeout(() => {
  const seen = {
    globals: names(globalThis),
    process: names(process),
    console: names(console),
    // But fetch, for which a Proxy stands: its text is that of a native function.
    functions: [setTimeout, setImmediate, process.nextTick, process.on, console.log].map(
      (each) => `${each.name} ${each.length} ${source(each)}`,
    ),
    timers: process.getActiveResourcesInfo(),
    handles: process._getActiveHandles().length,
    mainModule: require.main === module,
    children: module.children.length,
    argv: process.argv.length,
    stackTraceLimit: Error.stackTraceLimit,
    prepareStackTrace: typeof Error.prepareStackTrace,
    exitCode: process.exitCode,
    listeners: ['uncaughtException', 'unhandledRejection', 'SIGUSR2', 'SIGTERM', 'warning'].map(
      (event) => `${event} ${process.listenerCount(event)}`,
    ),
    capture: process.hasUncaughtExceptionCaptureCallback(),
    inspector: require('node:inspector').url() ?? null,
    report: process.report.excludeNetwork ?? null,
    contexts: getHeapStatistics().number_of_native_contexts,
  };
  console.log(JSON.stringify(seen, null, 1));
}, 20);
