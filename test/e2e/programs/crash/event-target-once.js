'use strict';

const target = new EventTarget();

function answer() {
  const caller = 'unknown';
  throw new Error(`${caller} caller`);
}
target.addEventListener('ring', answer, { once: true });
target.dispatchEvent(new Event('ring'));
