'use strict';

// Stops in the midst of things, and starts again.
const fs = require('node:fs');
const { once } = require('node:events');
const net = require('node:net');
const api = require('../../../../js/api.js');

const step = process.argv[2];
const turn = () => new Promise((resolve) => setTimeout(resolve, 50));

/** @param {number} ms */
function grind(ms) {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

/** TABLE. @type {Record<string, () => unknown>} */
const STEPS = {
  /** Inside of what is measured. */
  async operation() {
    api.start();
    const name = {
      toString() {
        api.stop();
        return __filename;
      },
    };
    const load = require('node:module').prototype.require;
    load.call(module, './stops.js');
    api.start();
    try {
      // Node asks for no text of it, and throws.
      fs.readFileSync(/** @type {any} */ (name));
    } catch {}
    api.stop();
    console.log(api.active());
  },
  /** While operations are under way, and again. */
  async restart() {
    api.start({ ioThresholdMs: 0, io: 'fs' });
    const first = Array.from(
      { length: 50 },
      () => new Promise((resolve) => fs.readFile(__filename, resolve)),
    );
    api.stop();
    /** @type {any[]} */
    const seen = [];
    api.start({ ioThresholdMs: 20, io: 'fs,child' });
    api.on('slow-io', (event) => seen.push(event));
    const slow = require('node:child_process').execFile('sleep', ['0.05']);
    await Promise.all([...first, once(slow, 'exit')]);
    await turn();
    console.log(seen.map(({ kind }) => kind).join(), api.stats()?.inFlight);
    api.stop();
  },
  /** By who is told of an event. */
  async subscriber() {
    api.start();
    api.on('lag', () => console.log('stopped', api.stop()));
    setImmediate(() => grind(150));
    await turn();
    await turn();
    console.log(api.active());
  },
  /** By who is told of memory, at once and then each second. */
  async memory() {
    api.start();
    api.on('memory', () => console.log('stopped', api.stop()));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    console.log(api.active());
  },
  /** By who is told of a period, as the next would begin. */
  async period() {
    const listener = net.createServer((socket) => socket.resume()).listen('events');
    await once(listener, 'listening');
    api.start({ events: 'events', summaryS: 0.1, summaryRepeat: 'on' });
    await new Promise((resolve) => {
      api.on('summary', () => {
        console.log('stopped', api.stop());
        setTimeout(resolve, 200);
      });
    });
    console.log(api.active());
    listener.close();
  },
  /** By the handler of an exception; and the process goes on. */
  async handler() {
    api.start();
    process.on('uncaughtException', () => console.log('stopped', api.stop()));
    setImmediate(() => {
      throw new Error('one');
    });
    await once(process, 'uncaughtException');
    await turn();
    setImmediate(() => {
      throw new Error('two');
    });
    await once(process, 'uncaughtException');
    console.log('goes on');
  },
  /** By a listener, which was added while it was on and throws when it is off. */
  async listener() {
    const target = new EventTarget();
    const ring = () => target.dispatchEvent(new Event('ring'));
    process.on('uncaughtException', (error) => console.log(error.message));
    api.start();
    target.addEventListener('ring', () => {
      throw new Error(`stopped ${api.stop()}`);
    });
    ring();
    await turn();
    ring();
    await turn();
    target.addEventListener('ring', () => console.log('added since'));
    ring();
    await turn();
  },
  /** And the process crashes as without it, leaving nothing. */
  async crash() {
    api.start();
    await turn();
    api.stop();
    setImmediate(() => {
      throw new Error('nobody writes it down');
    });
  },
  /** And crashes when it has been started again. */
  async again() {
    for (let i = 0; i < 20; i++) {
      api.start();
      if (i % 2) await turn();
      api.stop();
    }
    api.start();
    const crash = function crash() {
      const answer = 42;
      throw new Error(`it is ${answer}`);
    };
    if (process.argv[3] !== 'listener') return setImmediate(crash);
    const target = new EventTarget();
    target.addEventListener('ring', crash);
    setImmediate(() => target.dispatchEvent(new Event('ring')));
  },
  async exit() {
    api.start();
    api.stop();
    process.exit(7);
  },
};

STEPS[step]();
