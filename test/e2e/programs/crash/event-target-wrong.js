'use strict';

// Node's own function throws, called by the program.
const target = new EventTarget();

function register() {
  const missing = 'the listener';
  target.addEventListener(missing);
}
register();
