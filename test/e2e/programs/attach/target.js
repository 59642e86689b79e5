'use strict';

// Runs without the addon, until it is told to end, or ends in some way.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const { isMainThread, Worker } = require('node:worker_threads');

const [how, afterMs = '0'] = process.argv.slice(2);

/** @param {number} ms */
function grind(ms) {
  const end = Date.now() + ms;
  let sum = 0;
  while (Date.now() < end) sum += Math.sqrt(sum + 1);
  return sum;
}

/** Prints what ran when the addon took itself out: functions and files, innermost first. */
function tellsWhereItIsLeft() {
  const { removeListener } = process;
  process.removeListener = function remove(...given) {
    const frames = String(new Error().stack).matchAll(
      /at (?:(?<name>.*) \()?(?<file>[^()\n]*?)(?::\d+)*\)?$/gm,
    );
    const stack = [...frames].map(({ groups }) => ({ ...groups }));
    console.log(JSON.stringify({ left: stack.slice(1) }));
    return Reflect.apply(removeListener, this, given);
  };
}

/** Blocks now and then. */
function blocks(ms = 120) {
  setInterval(function tick() {
    grind(ms);
  }, 300);
}

/** TABLE of what it does. @type {Record<string, () => unknown>} */
const WAYS = {
  wait: () => {},
  blocks,
  /** Says so each time that its loop turns. */
  turns() {
    setInterval(function tick() {
      console.log('turned');
      grind(800);
    }, 900);
  },
  slow() {
    const server = http.createServer((_, response) => setTimeout(() => response.end(), 300));
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      setInterval(function ask() {
        http.get({ port, path: '/prices?token=abc' }, (response) => response.resume());
      }, 200);
    });
  },
  endless: () =>
    (function endless() {
      for (let sum = 0; ; sum += 1) Math.sqrt(sum);
    })(),
  /** Is in Node's code nearly all the time, of a turn that does not end. */
  stats() {
    tellsWhereItIsLeft();
    for (;;) fs.statSync(__filename);
  },
  /** Is in Node's timers all the time. */
  timers() {
    tellsWhereItIsLeft();
    for (let i = 0; i < 3000; i++) setInterval(Date.now, 1);
  },
  native() {
    execFileSync('sleep', [process.env.SLEEP_S ?? '3']);
    console.log('awake');
  },
  worker() {
    if (isMainThread) new Worker(__filename, { argv: ['worker'] });
    else blocks(150);
  },
  exit: () => process.exit(5),
  end: () => process.exit(0),
  throw() {
    const price = 7;
    throw new Error(`no ${price}`);
  },
  reject: () => Promise.reject(new Error('no')),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  memory() {
    const kept = [];
    for (;;) kept.push({ number: kept.length, text: `x${kept.length}` });
  },
  /** Its inspector has no port. */
  handles: () => process.on('SIGUSR1', () => console.log('its own SIGUSR1')),
};

if (isMainThread) {
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => {}, 1000);
}
console.log('up');
setTimeout(WAYS[how], Number(afterMs));
