'use strict';

// A string as long as V8 makes them, of 1 GB.

const longest = 'é中'.repeat(2 ** 28 - 12);
setTimeout(() => {
  const text = longest;
  throw new Error(`${text.length} characters`);
}, 5);
