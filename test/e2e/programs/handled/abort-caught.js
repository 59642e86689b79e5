'use strict';

const { setTimeout: later } = require('node:timers/promises');

const controller = new AbortController();
later(1000, null, { signal: controller.signal }).catch((error) => console.log(error.name));
controller.abort();
