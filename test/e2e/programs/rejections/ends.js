'use strict';

// ends.js WAY: a promise that is rejected, and nobody handles it.

const { setTimeout: later } = require('node:timers/promises');

async function pay(order) {
  const total = order.items.length * 3;
  throw new Error(`no money for ${total}`);
}

async function afterWaiting(order) {
  const attempt = 2;
  await later(5);
  throw new Error(`attempt ${attempt} of ${order.id} failed`);
}

function findUser(name) {
  const key = `user:${name}`;
  return Promise.reject(new Error(`nobody is at ${key}`));
}

const WAYS = {
  thrown: () => pay({ id: 7, items: [1, 2] }),
  rejected: () => findUser('ada'),
  executor: () =>
    new Promise((_resolve, reject) => {
      setTimeout(function tooLate() {
        const waited = 5;
        reject(new Error(`waited for ${waited}`));
      }, 5);
    }),
  async chain() {
    const stage = 'checkout';
    await later(1);
    await afterWaiting({ id: 8, stage });
  },
  value() {
    const code = 503;
    return Promise.reject(`status ${code}`);
  },
  reaction() {
    return later(1, 'text').then(function parse(text) {
      const position = 4;
      return JSON.parse(`${text} ${position}`);
    });
  },
  // Handled a moment later, and not at all.
  async twice() {
    for (let round = 0; round < 3; round++) {
      try {
        await pay({ id: round, items: [] });
      } catch {}
    }
    const last = 'the last one';
    await later(5);
    return findUser(last);
  },
  async handled() {
    for (let round = 0; round < 1000; round++) await pay({ id: round, items: [] }).catch(() => {});
  },
};

if (process.argv[3] === 'listener') process.on('unhandledRejection', () => console.log('heard'));
process.on('exit', (code) => console.log(`exit ${code}`));
WAYS[process.argv[2]]();
setTimeout(() => console.log('went on'), 50);
