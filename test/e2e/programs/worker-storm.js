'use strict';

// Many short-lived workers, three at a time, each blocked for a few moments.

const { Worker, isMainThread } = require('node:worker_threads');
const { spin } = require('./blocking.js');

const COUNT = 24;

if (isMainThread) {
  let started = 0;
  let ended = 0;
  const launch = () => {
    if (started === COUNT) return;
    started += 1;
    new Worker(__filename).on('exit', () => {
      ended += 1;
      if (ended === COUNT) console.log(`workers ${ended}`);
      launch();
    });
  };
  for (let index = 0; index < 3; index++) launch();
} else {
  let left = 3;
  const timer = setInterval(() => {
    spin(12);
    left -= 1;
    if (left === 0) clearInterval(timer);
  }, 2);
}
