'use strict';

// Overflows inside native code that calls back: a sort, a replace and JSON.
function dig(value) {
  return [value, 1].map((each) => JSON.stringify({ toJSON: () => dig(each) }));
}

dig(0);
