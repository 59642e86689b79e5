'use strict';

setImmediate(function flush() {
  const pending = ['first', 'second'];
  throw new Error(`${pending.length} not flushed`);
});
