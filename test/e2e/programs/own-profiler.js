'use strict';

// A program that profiles itself, with a session of its own.

const inspector = require('node:inspector');
const { spin } = require('./blocking.js');

const session = new inspector.Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 500 });
session.post('Profiler.start');

(function grind() {
  for (let round = 0; round < 30; round++) spin(10);
})();

session.post('Profiler.stop', (_error, { profile }) => {
  const found = profile.nodes.some((node) => node.callFrame.functionName === 'grind');
  console.log(`grind is in the profile: ${found}`);
  console.log(`enough samples: ${profile.samples.length > 50}`);
  session.disconnect();
});
