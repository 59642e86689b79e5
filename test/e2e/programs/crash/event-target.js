'use strict';

const target = new EventTarget();

target.addEventListener('ring', function answer() {
  const caller = 'unknown';
  throw new Error(`${caller} caller`);
});
target.dispatchEvent(new Event('ring'));
