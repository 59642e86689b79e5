'use strict';

// Overflows inside native code that calls back: a sort, a replace and JSON. From a timer: below the main script lies the
// function that loads modules, which the addon has a native frame on, and which call is one too many depends on a byte.
function dig(value) {
  return [value, 1].map((each) => JSON.stringify({ toJSON: () => dig(each) }));
}

setTimeout(() => dig(0), 1);
