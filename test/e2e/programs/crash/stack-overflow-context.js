'use strict';

// A function whose prologue makes a context: its variable is captured.
function spiral(depth) {
  const here = depth;
  const look = () => here;
  return spiral(depth + 1) + look();
}

spiral(0);
