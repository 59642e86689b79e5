'use strict';

// One call of a built-in function of V8's that is code of V8's own, and looks for interrupts as little as C++ does.
function looksForNothing() {
  return Array.prototype.lastIndexOf.call({ length: 1.5e8 }, 1);
}

setTimeout(function later() {
  looksForNothing();
}, 300);
