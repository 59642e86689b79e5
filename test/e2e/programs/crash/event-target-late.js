'use strict';

// Other microtasks run before Node throws again.
const target = new EventTarget();

target.addEventListener('ring', function answer() {
  const caller = 'patient';
  throw caller;
});

async function call() {
  await null;
  Promise.resolve().then(() => console.log('meanwhile'));
  target.dispatchEvent(new Event('ring'));
  await null;
  console.log('after');
}
call();
