'use strict';

// A function that needs no context of its own.
function sink(depth) {
  return sink(depth + 1) + 1;
}

sink(0);
