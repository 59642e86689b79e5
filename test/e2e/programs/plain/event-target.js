'use strict';

// What a listener of an EventTarget can see of how it is called.
const { MessageChannel } = require('node:worker_threads');
const { once } = require('node:events');

const target = new EventTarget();
const show = (what, ...rest) => console.log(what, ...rest);

function plain(...given) {
  show('plain', this === target, given.length, given[0].type, new Error('here').stack);
  return 7;
}
const strict = {
  handleEvent(event) {
    show('object', this === strict, event.type);
  },
};
target.addEventListener('ring', plain);
target.addEventListener('ring', plain);
target.addEventListener('ring', strict);
target.addEventListener(
  'ring',
  function once() {
    show('once', this === target);
  },
  { once: true },
);
target.addEventListener('ring', (event) => event.preventDefault());
show(target.dispatchEvent(new Event('ring', { cancelable: true })));
target.removeEventListener('ring', plain);
target.removeEventListener('ring', strict);
show(target.dispatchEvent(new Event('ring')));

process.on('uncaughtException', (error, origin) => show(origin, error?.stack ?? error));
process.on('unhandledRejection', (error) => show('rejected', error.message));
for (const thrown of [new TypeError('thrown'), null, 'text', Object.freeze({ a: 1 })]) {
  target.addEventListener(
    'thrown',
    () => {
      throw thrown;
    },
    { once: false },
  );
}
target.addEventListener('thrown', async () => {
  throw new Error('later');
});
target.addEventListener('thrown', () => {
  try {
    JSON.parse('{');
  } catch (error) {
    show(error.message);
  }
});
target.dispatchEvent(new Event('thrown'));

const controller = new AbortController();
controller.signal.onabort = function aborted() {
  show('onabort', this === controller.signal);
};
controller.abort();

// When all of that has been thrown again.
setTimeout(async () => {
  const { port1, port2 } = new MessageChannel();
  const heard = (message) => show('heard', message);
  port1.on('message', heard).on('message', (message) => {
    if (message > 1) throw new Error(`no ${message}`);
  });
  port1.onmessage = ({ data }) => show('onmessage', data);
  show(port1.listenerCount('message'), port1.eventNames());
  port2.postMessage(1);
  port2.postMessage(2);
  port2.postMessage(3);
  const [message] = await once(port1, 'message');
  show('awaited', message);
  port1.off('message', heard);
  port2.postMessage(4);
  await once(port1, 'message');
  port1.close();
}, 50);
