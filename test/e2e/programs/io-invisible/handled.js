'use strict';

// Errors that the program handles, in every way, and then goes on: node handled.js NAME.

const dns = require('node:dns');
const fs = require('node:fs');

const MISSING = '/nowhere/at/all';
const fail = (what) => {
  throw new RangeError(`${what} has no number`);
};
const show = (label) => (error, from) => console.log(label, error.message, from);

const programs = {
  uncaughtException() {
    // One after the other: the thread pool has no order.
    const steps = [
      () => fs.readFile(__filename, () => fail('file')),
      () => fs.stat(MISSING, () => setImmediate(() => fs.accessSync(MISSING))),
      () => dns.lookup('localhost', () => fail('name')),
      () => setImmediate(() => fs.readFileSync(MISSING)),
    ];
    process.on('uncaughtException', (error, from) => {
      show('handler')(error, from);
      steps.shift()?.();
    });
    steps.shift()();
  },
  captureCallback() {
    process.setUncaughtExceptionCaptureCallback(show('callback'));
    fs.readFile(__filename, () => fail('file'));
  },
  unhandledRejection() {
    process.on('unhandledRejection', (error, promise) =>
      show('rejection')(error, promise === made),
    );
    const made = fs.promises.readFile(MISSING);
  },
  'unhandledRejection of dns'() {
    process.on('unhandledRejection', (error, promise) =>
      show('rejection')(error, promise === made),
    );
    const made = dns.promises
      .lookup('name.invalid', { hints: dns.ADDRCONFIG })
      .catch(() => fail('name'));
  },
  rejectionHandledLater() {
    process.on('unhandledRejection', (error) => show('rejection')(error));
    process.on('rejectionHandled', (promise) => console.log('handled', promise === made));
    const made = fs.promises.readFile(MISSING);
    setTimeout(() => made.catch((error) => console.log('caught', error.code)), 100);
  },
  domain() {
    const one = require('node:domain').create();
    const steps = [
      () =>
        fs.readFile(__filename, () => {
          console.log('in the domain', process.domain === one);
          fail('file');
        }),
      () =>
        dns.lookup('localhost', () => {
          console.log('in the domain', process.domain === one);
          fail('name');
        }),
    ];
    one.on('error', (error) => {
      console.log('domain', error.message, error.domainThrown);
      const step = steps.shift();
      if (step) one.run(step);
      else fs.stat(__filename, () => console.log('outside', process.domain === null));
    });
    one.run(steps.shift());
  },
  intercept() {
    const one = require('node:domain').create();
    one.on('error', (error) =>
      console.log('intercepted', error.code, error.domainBound !== undefined),
    );
    fs.readFile(
      MISSING,
      one.intercept(() => console.log('not here')),
    );
  },
  monitor() {
    process.on('uncaughtExceptionMonitor', show('monitor'));
    process.on('uncaughtException', show('handler'));
    fs.readFile(__filename, () => fail('file'));
  },
};

if (process.argv[2] === 'names') console.log(JSON.stringify(Object.keys(programs)));
else {
  programs[process.argv[2]]();
  process.on('exit', (code) => console.log('exit', code));
}
