'use strict';

// Loads the API and looks whether anything changed by that.

const globals = Reflect.ownKeys(globalThis).length;
require('loopdet-addon/api');

console.log(
  JSON.stringify({
    resources: process.getActiveResourcesInfo(),
    listeners: process.listenerCount('uncaughtExceptionMonitor'),
    sameGlobals: Reflect.ownKeys(globalThis).length === globals,
  }),
);
