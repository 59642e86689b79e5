/** What clients ask for as they start, and a process that does nothing any more has no more to say to. */

/** @type {import('./index').Handler} */
const nothing = () => {};

/** @type {Record<string, import('./index').Handler>} */
module.exports = {
  'Profiler.enable': nothing,
  'Profiler.disable': nothing,
  'Profiler.setSamplingInterval': nothing,
  'HeapProfiler.enable': nothing,
  'HeapProfiler.disable': nothing,
  'Console.enable': nothing,
  'Console.disable': nothing,
  'Console.clearMessages': nothing,
  'Log.enable': nothing,
  'Log.disable': nothing,
  'Log.clear': nothing,
  'NodeWorker.enable': nothing,
  'NodeWorker.disable': nothing,
  'NodeWorker.detach': nothing,
  'NodeRuntime.enable': nothing,
  'NodeRuntime.disable': nothing,
  'NodeRuntime.notifyWhenWaitingForDisconnect': nothing,
  'Schema.getDomains': () => ({
    domains: ['Runtime', 'Debugger', 'Profiler', 'HeapProfiler', 'Console', 'Schema'].map(
      (name) => ({ name, version: '1.3' }),
    ),
  }),
};
