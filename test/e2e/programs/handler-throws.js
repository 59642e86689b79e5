'use strict';

// handler-throws.js KIND: a handler of uncaught exceptions that fails itself, after some that it could handle. Exit code 7.

const SURVIVED = 8;
let count = 0;

function handle(error) {
  if (++count > SURVIVED) throw new Error(`the handler cannot handle ${error.message}`);
}

function fail() {
  const order = count;
  throw new Error(`order ${order}`);
}

const kinds = {
  uncaughtException() {
    process.on('uncaughtException', handle);
    setInterval(fail, 1);
  },
  rejection() {
    process.on('uncaughtException', handle);
    setInterval(async () => fail(), 1);
  },
  captureCallback() {
    process.setUncaughtExceptionCaptureCallback(handle);
    setInterval(fail, 1);
  },
  domain() {
    const domain = require('node:domain').create();
    domain.on('error', handle);
    domain.run(() => setInterval(fail, 1));
  },
};
kinds[process.argv[2]]();
