'use strict';

// The least that a rolling CPU profile costs: an in-process session and V8's profiler at 10 ms.
const { Session } = require('node:inspector');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 10_000 });
session.post('Profiler.start');
