'use strict';

// Many arguments and an optimised caller, from a timer.
function pile(a, b, c, d, e, f, g, h) {
  const rest = [a, b, c, d];
  return pile(b, c, d, e, f, g, h, rest) + rest.length;
}

setTimeout(() => pile(1, 2, 3, 4, 5, 6, 7, 8), 1);
