'use strict';

// Overflows the thread's own stack, which V8 does not notice: a SIGSEGV that leaves no stack for its handler. Run
// it with --stack-size=60000, more than the 8 MB that the thread has.

function descend(depth) {
  return depth < 0 ? 0 : descend(depth + 1) + 1;
}
descend(0);
