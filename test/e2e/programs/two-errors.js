'use strict';

// The first error is predicted uncaught but swallowed; the second one, with the same stack text
// and thrown by the same line, ends the program.

// biome-ignore lint/correctness/noUnusedFunctionParameters: a local to find in the crash file
function fail(which, message) {
  throw new Error(message);
}

function swallow() {
  try {
    fail('one', 'the second');
  } finally {
    // biome-ignore lint/correctness/noUnsafeFinally: V8 predicts that nobody handles this throw
    return;
  }
}

setTimeout(() => {
  swallow();
  fail('two', 'the second');
}, 5);
